// The replicas of a candidate that were idle in their last report, the latest report first. Other routers send to the replicas, too,
// so that one which was idle a while ago may be busy by now.

export class IdleReplicas {
  /**
   * The replicas before and after each in the order of reports, by position, as a circle. Its end is at the last index. A replica
   * outside of it is alone.
   */
  readonly #earlier: Int32Array;
  readonly #later: Int32Array;
  readonly #end: number;

  /** `count`: number of replicas of the candidate, none of which is idle. */
  constructor(count: number) {
    this.#end = count;
    this.#earlier = Int32Array.from({ length: count + 1 }, (_, position) => position);
    this.#later = this.#earlier.slice();
  }

  /** Position of the replica that was reported last. -1 if there is none. */
  get latest(): number {
    const position = this.#earlier[this.#end] ?? 0;
    return position === this.#end ? -1 : position;
  }

  /** Records that a replica is idle now. */
  report(position: number): void {
    this.remove(position);
    this.#connect(this.#earlier[this.#end] ?? 0, position);
    this.#connect(position, this.#end);
  }

  /** Removes a replica that is not idle any more, until its next report. */
  remove(position: number): void {
    this.#connect(this.#earlier[position] ?? 0, this.#later[position] ?? 0);
    this.#connect(position, position);
  }

  #connect(earlier: number, later: number): void {
    this.#later[earlier] = later;
    this.#earlier[later] = earlier;
  }
}
