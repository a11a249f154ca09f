// The arithmetic of lengths that may depend on the number of items in a batch.

/**
 * A length of an axis, or an integer computed from lengths: a factor, times the number of items if `items` is 1, times
 * values that are unknown but the same whatever the number of items.
 */
export interface Length {
  readonly factor: number;
  readonly items: 0 | 1;
  /** Names of the unknown values, sorted. */
  readonly unknowns: readonly string[];
}

/** Lengths of axes, or elements of a list of integers. Undefined ones may depend on the number of items in any way. */
export type Lengths = readonly (Length | undefined)[];

export const fixed = (factor: number): Length => ({ factor, items: 0, unknowns: [] });
export const one: Length = fixed(1);
/** The number of items in a batch. */
export const items: Length = { factor: 1, items: 1, unknowns: [] };

/** Creates names of unknown values. */
export interface Unknowns {
  /** Returns an unknown length of an axis, which is not negative. */
  readonly length: () => Length;
  /** Returns an unknown integer of any sign. */
  readonly integer: () => Length;
}

const [lengthMark, integerMark] = ['#', '~'];

export function createUnknowns(): Unknowns {
  let count = 0;
  const next = (mark: string): Length => ({ factor: 1, items: 0, unknowns: [`${mark}${count++}`] });
  return { length: () => next(lengthMark), integer: () => next(integerMark) };
}

/** Returns the number of a length without unknown values. Undefined for other lengths. */
export const numberOf = (length: Length | undefined): number | undefined =>
  length?.items === 0 && length.unknowns.length === 0 ? length.factor : undefined;

/** Returns true if a length does not depend on the number of items. */
export const isFree = (length: Length | undefined): length is Length => length?.items === 0;

export const isNumber = (length: Length | undefined, value: number): boolean => numberOf(length) === value;

export const isSame = (a: Length, b: Length): boolean =>
  a.factor === b.factor && a.items === b.items && a.unknowns.join() === b.unknowns.join();

/** Returns true if a length can't be negative. */
export const isNatural = ({ factor, unknowns }: Length): boolean =>
  factor >= 0 && unknowns.every((name) => name.startsWith(lengthMark));

/** Upper limit of unknown lengths and of the number of items, up to which computed values are proved to be exact. */
const maxLength = 2 ** 24;

/** Returns true if the absolute value is below a limit for all lengths. */
export const isBelow = ({ factor, items: count, unknowns }: Length, limit: number): boolean =>
  unknowns.every((name) => name.startsWith(lengthMark)) &&
  Math.abs(factor) * maxLength ** (count + unknowns.length) < limit;

const maxUnknowns = 64;

/** Multiplies lengths. Undefined if a factor is, or if the product is too complex. */
export function multiplied(...factors: Lengths): Length | undefined {
  let product: Length | undefined = one;
  for (const factor of factors) product = product && factor && times(product, factor);
  return product;
}

function times(a: Length, b: Length): Length | undefined {
  const [factor, count] = [a.factor * b.factor, a.items + b.items];
  const unknowns = [...a.unknowns, ...b.unknowns].sort();
  if (factor === 0) return fixed(0);
  if (count > 1 || unknowns.length > maxUnknowns || !Number.isSafeInteger(factor)) return undefined;
  return { factor, items: count === 1 ? 1 : 0, unknowns };
}

/** Divides lengths. Undefined unless the quotient is exact for all values. */
export function divided(a: Length | undefined, b: Length | undefined): Length | undefined {
  if (a === undefined || b === undefined || b.factor === 0 || a.items < b.items) return undefined;
  const unknowns = [...a.unknowns];
  for (const name of b.unknowns) {
    const at = unknowns.indexOf(name);
    if (at < 0) return undefined;
    unknowns.splice(at, 1);
  }
  const factor = a.factor / b.factor;
  return Number.isSafeInteger(factor) ? { factor, items: a.items === b.items ? 0 : 1, unknowns } : undefined;
}

/** Adds lengths. Undefined unless the sum is a length of this form. */
export function added(a: Length | undefined, b: Length | undefined): Length | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.factor === 0) return b;
  if (b.factor === 0) return a;
  const alike = a.items === b.items && a.unknowns.join() === b.unknowns.join();
  const factor = a.factor + b.factor;
  if (!alike || !Number.isSafeInteger(factor)) return undefined;
  return factor === 0 ? fixed(0) : { ...a, factor };
}

/** Returns the length to which lengths are broadcast. Undefined if it may depend on the number of items in any way. */
export function stretchedTo(unknowns: Unknowns, lengths: Lengths): Length | undefined {
  const others = lengths.filter((length) => !isNumber(length, 1));
  const [length = one, ...rest] = others;
  if (others.includes(undefined)) return undefined;
  const known = others.find((other) => other?.unknowns.length === 0);
  if (known !== undefined) return known;
  if (rest.every((other) => other !== undefined && isSame(other, length))) return length;
  return others.every((other) => other !== undefined && isNatural(other)) ? unknowns.length() : unknowns.integer();
}
