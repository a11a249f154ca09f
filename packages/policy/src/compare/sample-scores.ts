// The compact form of the scores of a variant's evaluation samples.

import { oncePer, type Metric, type SampleScores } from '@pareto/core';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const digits = new Map(Array.from(alphabet, (character, digit) => [character, digit]));

/** Maximum characters of the codes. The rest of a record takes far less than the other 4 KiB of 16. */
const maxCharacters = 12_288;

/** Returns the identity of the evaluation samples of a validation set that was split by the named rule. */
export const sampleSetId = (validation: string, metric: Metric, split: string): string =>
  `${validation}/${metric}/${split}`;

/**
 * Packs scores of samples whose identity is `set`. Scores that are all 0 or 1 (`areHits`) take one bit, so that 73,728
 * fit. Others are rounded to 4,096 levels between the lowest and the highest, so that 6,144 fit. Of more samples, every
 * set of the same size keeps the same evenly spread ones.
 */
export function packSamples(set: string, scores: readonly number[], areHits: boolean): SampleScores {
  const bits = areHits ? 1 : 12;
  const count = Math.min(scores.length, (maxCharacters * 6) / bits);
  const kept = Array.from({ length: count }, (_, index) => scores[Math.floor((index * scores.length) / count)] ?? 0);
  const range = areHits ? { low: 0, high: 1 } : rangeOf(kept);
  return { set, count, bits, ...range, codes: areHits ? packBits(kept) : packNumbers(kept, range) };
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function rangeOf(values: readonly number[]): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return values.length === 0 ? { low: 0, high: 0 } : { low, high };
}

function packBits(hits: readonly number[]): string {
  let codes = '';
  for (let start = 0; start < hits.length; start += 6) {
    let digit = 0;
    for (let bit = 0; bit < 6; bit++) digit |= (hits[start + bit] ?? 0) << bit;
    codes += alphabet.charAt(digit);
  }
  return codes;
}

const maxLevel = 4095;

function packNumbers(values: readonly number[], { low, high }: Range): string {
  const step = (high - low) / maxLevel;
  return values
    .map((value) => (step === 0 ? 0 : Math.round((value - low) / step)))
    .map((level) => alphabet.charAt(level >> 6) + alphabet.charAt(level & 63))
    .join('');
}

/** Returns the digits of the codes: each of six hits, or two of each number. Decodes them once per object. */
export const digitsOf: (scores: SampleScores) => Uint8Array = oncePer(({ codes }) =>
  Uint8Array.from(codes, (character) => digits.get(character) ?? 0),
);

/** Returns numbers that were packed, rounded to the levels. */
export function numbersOf(scores: SampleScores): Float64Array {
  const { count, low, high } = scores;
  const own = digitsOf(scores);
  const step = (high - low) / maxLevel;
  return Float64Array.from(
    { length: count },
    (_, index) => low + (((own[2 * index] ?? 0) << 6) | (own[2 * index + 1] ?? 0)) * step,
  );
}
