// Compares the outputs of a row in a batch with those of the row alone.

/** An output of one row: its bytes, and its values if they are floats. */
export interface RowOutput {
  readonly data: Uint8Array;
  /** Values of a float output. Undefined for other types. */
  readonly values: ArrayLike<number> | undefined;
  /** Number of elements. */
  readonly elements: number;
}

type Bits = Pick<RowOutput, 'data'>;

/** All outputs of one row, in a fixed order. */
export type RowOutputs = readonly RowOutput[];

/** Returns whether two lists of outputs have the same bits. */
export const areSameBits = (a: readonly Bits[], b: readonly Bits[]): boolean =>
  a.length === b.length && a.every(({ data }, index) => isSameData(data, b[index]?.data));

function isSameData(a: Uint8Array, b: Uint8Array | undefined): boolean {
  if (a.length !== b?.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Maximum distance of a row of floats from the row alone, as a share of the root mean square norm of the rows. */
const maxDistance = 1e-2;
/** Maximum share of the elements of other types that differ: the index of a maximum changes if two values are close. */
const maxUnequal = 0.1;

/**
 * Returns whether all rows in batches are the rows alone up to rounding. `alone` and `batched` have the same rows in the same
 * order.
 */
export function areEqualUpToRounding(alone: readonly RowOutputs[], batched: readonly RowOutputs[]): boolean {
  const outputs = alone[0]?.length ?? 0;
  for (let index = 0; index < outputs; index++) {
    const pairs = alone.map((row, at) => ({ a: row[index], b: batched[at]?.[index] }));
    let [squares, unequal, elements, furthest] = [0, 0, 0, 0];
    for (const { a, b } of pairs) {
      if (a === undefined || b?.elements !== a.elements) return false;
      if (a.values === undefined || b.values === undefined) {
        unequal += unequalElements(a, b);
        elements += a.elements;
        continue;
      }
      furthest = Math.max(furthest, distanceOf(a.values, b.values));
      squares += squareNorm(a.values);
    }
    if (unequal > maxUnequal * elements) return false;
    if (furthest > maxDistance * Math.sqrt(squares / pairs.length)) return false;
  }
  return true;
}

/** Counts the elements that differ. Elements of different sizes, as texts have, count as one. */
function unequalElements(a: RowOutput, b: RowOutput): number {
  if (isSameData(a.data, b.data)) return 0;
  if (a.data.length !== b.data.length || a.data.length % Math.max(1, a.elements) !== 0) return a.elements;
  const width = a.data.length / a.elements;
  let count = 0;
  for (let element = 0; element < a.elements; element++) {
    const own = a.data.subarray(element * width, (element + 1) * width);
    if (!isSameData(own, b.data.subarray(element * width, (element + 1) * width))) count += 1;
  }
  return count;
}

/** Returns the Euclidean distance. Infinite if only one of two values is finite, or if they are different infinities. */
function distanceOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] ?? 0, b[at] ?? 0];
    if (Object.is(x, y)) continue;
    const difference = x - y;
    if (!Number.isFinite(difference)) return Infinity;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

function squareNorm(values: ArrayLike<number>): number {
  let sum = 0;
  for (const value of Array.from(values)) if (Number.isFinite(value)) sum += value * value;
  return sum;
}
