// The smallest of a fixed number of values, kept up to date in logarithmic time as they change.

export interface MinTree {
  /** Index of the smallest value, the first of equal ones. -1 if there are no values. */
  readonly min: number;
  get(index: number): number;
  set(index: number, value: number): void;
}

/** Creates `count` values, which are Infinity. */
export function createMinTree(count: number): MinTree {
  const leaves = 2 ** Math.ceil(Math.log2(Math.max(1, count)));
  const values = new Float64Array(leaves).fill(Infinity);
  /** Index of the smallest value below each inner node. The root is node 1. */
  const winners = new Int32Array(leaves);
  const at = (index: number): number => values[index] ?? Infinity;
  const winnerOf = (node: number): number => (node >= leaves ? node - leaves : (winners[node] ?? 0));
  function update(node: number): void {
    const [left, right] = [winnerOf(2 * node), winnerOf(2 * node + 1)];
    winners[node] = at(right) < at(left) ? right : left;
  }
  for (let node = leaves - 1; node > 0; node--) update(node);
  const tree = {
    min: count === 0 ? -1 : winnerOf(1),
    get: at,
    set(index: number, value: number): void {
      values[index] = value;
      for (let node = (index + leaves) >> 1; node > 0; node >>= 1) update(node);
      tree.min = winnerOf(1);
    },
  };
  return tree;
}
