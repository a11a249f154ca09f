// The forms of values, as text of a flag or as a value of a scenario file.

import { parseDuration, ParetoError } from '@pareto/core';

/** Reads a value. Throws `invalid-argument`, which states what was expected. */
export type Format<T> = (value: unknown) => T;

export const invalid = (message: string): ParetoError => new ParetoError('invalid-argument', message);

/** Reads a finite number, also as text. */
export const numberWhere =
  (expected: string, isValid: (value: number) => boolean): Format<number> =>
  (value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number) && isValid(number)) return number;
    throw invalid(`expected ${expected}`);
  };

export const positive: Format<number> = numberWhere('a number above 0', (value) => value > 0);
export const share: Format<number> = numberWhere('a number from 0 to 1', (value) => value >= 0 && value <= 1);
export const notNegative: Format<number> = numberWhere('a number of 0 or more', (value) => value >= 0);
export const upToOne: Format<number> = numberWhere('a number of 1 or less', (value) => value <= 1);
export const wholeNumber: Format<number> = numberWhere('a whole number', Number.isInteger);
export const count: Format<number> = numberWhere(
  'a whole number of at least 1',
  (value) => Number.isInteger(value) && value >= 1,
);

export const countUpTo = (max: number): Format<number> =>
  numberWhere(`a whole number from 1 to ${max}`, (value) => Number.isInteger(value) && value >= 1 && value <= max);

/** Reads a duration in ms. */
const durationFrom =
  (least: number): Format<number> =>
  (value) => {
    const ms = typeof value === 'number' || typeof value === 'string' ? parseDuration(String(value)) : undefined;
    if (ms !== undefined && ms >= least) return ms;
    throw invalid(`expected a duration${least > 0 ? ' above 0' : ''} such as 90, 90s, 30m or 1h`);
  };

export const duration: Format<number> = durationFrom(1);
export const durationOrZero: Format<number> = durationFrom(0);

export const text: Format<string> = (value) => {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw invalid('expected a text');
};

export const flag: Format<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  throw invalid('expected true or false');
};

export const oneOf =
  <T extends string>(choices: readonly T[]): Format<T> =>
  (value) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw invalid(`expected ${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`);
  };
