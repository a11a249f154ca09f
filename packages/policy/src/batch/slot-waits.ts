// The batches that the replicas of a group of slots run, or run next. Their sum is kept up to date by each change.

/** `nextMs`: expected time of the batch that the replica runs or runs next. 0 if there is none. */
interface WithNext {
  nextMs: number;
}

/** A class, because numbers that change in a closure are allocated with each change. */
export class SlotWaits {
  readonly #slots: number;
  /** Sum of `nextMs`, and number of replicas for which it is not 0. */
  #sumMs = 0;
  #busy = 0;

  constructor(slots: number) {
    this.#slots = slots;
  }

  set(work: WithNext, nextMs: number): void {
    this.#sumMs += nextMs - work.nextMs;
    this.#busy += (nextMs > 0 ? 1 : 0) - (work.nextMs > 0 ? 1 : 0);
    if (this.#busy === 0) this.#sumMs = 0;
    work.nextMs = nextMs;
  }

  /** Returns the predicted wait for a slot before each batch of a replica, behind the batches of the other replicas. */
  waitMs({ nextMs }: WithNext): number {
    const others = this.#busy - (nextMs > 0 ? 1 : 0);
    return others < this.#slots ? 0 : (this.#sumMs - nextMs) / this.#slots;
  }
}
