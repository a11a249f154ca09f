// The smallest of a fixed number of values, kept up to date in logarithmic time as they change.

export class MinTree {
  readonly #leaves: number;
  readonly #values: Float64Array;
  /** Index of the smallest value below each node, the first of equal ones. The root is node 1, the leaves come last. */
  readonly #winners: Int32Array;
  readonly #isEmpty: boolean;

  /** Creates `count` values, which are Infinity. */
  constructor(count: number) {
    const leaves = 2 ** Math.ceil(Math.log2(Math.max(1, count)));
    this.#leaves = leaves;
    this.#values = new Float64Array(leaves).fill(Infinity);
    this.#winners = new Int32Array(2 * leaves);
    this.#isEmpty = count === 0;
    for (let index = 0; index < leaves; index++) this.#winners[index + leaves] = index;
    for (let node = leaves - 1; node > 0; node--) this.#winners[node] = this.#winners[2 * node] ?? 0;
  }

  /** Index of the smallest value, the first of equal ones. -1 if there are no values. */
  get min(): number {
    return this.#isEmpty ? -1 : (this.#winners[1] ?? 0);
  }

  get(index: number): number {
    return this.#values[index] ?? Infinity;
  }

  set(index: number, value: number): void {
    const values = this.#values;
    const winners = this.#winners;
    values[index] = value;
    for (let node = (index + this.#leaves) >> 1; node > 0; node >>= 1) {
      const left = winners[2 * node] ?? 0;
      const right = winners[2 * node + 1] ?? 0;
      const winner = (values[right] ?? Infinity) < (values[left] ?? Infinity) ? right : left;
      // Another value stays the smallest one here, so that nothing changes above.
      if (winner !== index && winner === winners[node]) return;
      winners[node] = winner;
    }
  }
}
