// Parameters in a scenario file, by the names that they have in the code.

import {
  fieldAt,
  fieldError,
  flag,
  notNegative,
  objectOf,
  optional,
  positive,
  share,
  valueOf,
  type Field,
  type Format,
  type Reader,
  type Table,
} from '@pareto/scenario';

/** Returns a reader of an object with some of the keys of `defaults`, which takes the others from there. */
export const overridesOf =
  <P extends object>(defaults: P): Reader<P> =>
  (field) => {
    const entries = Object.entries(defaults).map(([key, value]) => [key, optional(readerLike(key, value))] as const);
    const read = objectOf(Object.fromEntries(entries) as Table<Partial<P>>, 'parameters by name');
    return { ...defaults, ...read(field) };
  };

/** Returns a reader of values of the same kind as a default. */
function readerLike(key: string, value: unknown): Reader<unknown> {
  if (Array.isArray(value)) return (field) => readListLike(value, field);
  if (typeof value === 'object' && value !== null) return overridesOf(value);
  if (typeof value === 'boolean') return valueOf(flag, `${key}: ${value}`);
  const number = Number(value);
  return valueOf(formatOf(key, number), `${key}: ${number}`);
}

/** Shares are from 0 to 1, and times in ms are above 0 unless the default is 0: a loop of pauses of 0 ms would not end. */
function formatOf(key: string, value: number): Format<number> {
  if (key.endsWith('Ms')) return value > 0 ? positive : notNegative;
  return /share$/i.test(key) ? share : notNegative;
}

/** Reads a list of objects with all keys of those in the default list. */
function readListLike([like]: readonly unknown[], field: Field): readonly unknown[] {
  const { value } = field;
  if (!Array.isArray(value) || typeof like !== 'object' || like === null) {
    throw fieldError(field, `expected a list of objects with the keys ${Object.keys(like ?? {}).join(', ')}`);
  }
  const empty = Object.fromEntries(Object.keys(like).map((key) => [key, NaN]));
  return value.map((_element: unknown, index) => {
    const element = overridesOf(empty)(fieldAt(field, index));
    const missing = Object.keys(like).find((key) => Number.isNaN(element[key]));
    if (missing === undefined) return element;
    throw fieldError(fieldAt(field, index), `expected the keys ${Object.keys(like).join(', ')}; ${missing} is missing`);
  });
}
