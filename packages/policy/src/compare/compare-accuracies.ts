// Whether two variants are equal in accuracy, or one is better: on the same samples as pairs, if both have their scores.

import { oncePer, type Accuracy, type SampleScores } from '@pareto/core';
import { bootstrapMean95, tango95, type Interval } from './paired-interval.js';
import { digitsOf, numbersOf } from './sample-scores.js';

/** The accuracy of a variant on a hardware class. */
export interface MeasuredAccuracy {
  readonly accuracy: Accuracy;
  readonly scores?: SampleScores | undefined;
}

export interface AccuracyParams {
  /** Fraction of 1. Variants are equal if the interval of their difference extends by at most this to both sides. */
  readonly accuracyMargin: number;
}

export const defaultAccuracyParams: AccuracyParams = { accuracyMargin: 0.01 };

/**
 * Returns the 95 % interval of the accuracy of `a` minus that of `b` over pairs of their scores. Undefined if one of them
 * has no scores, or if these are of other samples.
 */
export function pairedDifference(
  { scores: a }: MeasuredAccuracy,
  { scores: b }: MeasuredAccuracy,
): Interval | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.set !== b.set || a.count !== b.count || a.bits !== b.bits) return undefined;
  return intervalsFrom(a)(b);
}

/** Kept, because the variants of a task are compared whenever one of them changes. */
const intervalsFrom = oncePer((a: SampleScores) => oncePer((b: SampleScores) => intervalOf(a, b)));

function intervalOf(a: SampleScores, b: SampleScores): Interval {
  if (a.bits === 1) return intervalOfHits(a, b);
  const [of, minus] = [numbersOf(a), numbersOf(b)];
  const differences = of.map((score, sample) => score - (minus[sample] ?? 0));
  return bootstrapMean95(differences, Math.max(a.high, b.high) - Math.min(a.low, b.low));
}

function intervalOfHits(a: SampleScores, b: SampleScores): Interval {
  const [of, other] = [digitsOf(a), digitsOf(b)];
  let [aOnly, bOnly] = [0, 0];
  for (let index = 0; index < of.length; index++) {
    const [own, its] = [of[index] ?? 0, other[index] ?? 0];
    aOnly += hitsIn[own & ~its] ?? 0;
    bOnly += hitsIn[its & ~own] ?? 0;
  }
  return tango95(aOnly, bOnly, a.count);
}

/** Number of bits that are set in each six of them. */
const hitsIn = Uint8Array.from({ length: 64 }, (_, digit) => digit.toString(2).replaceAll('0', '').length);

/** Returns whether two variants are equal in accuracy. Without pairs, only equal estimates are. */
export function areEqual(a: MeasuredAccuracy, b: MeasuredAccuracy, { accuracyMargin }: AccuracyParams): boolean {
  const difference = pairedDifference(a, b);
  if (difference === undefined) return a.accuracy.value === b.accuracy.value;
  return difference.lower >= -accuracyMargin && difference.upper <= accuracyMargin;
}

/** Returns whether `a` is more accurate than `b`. Without pairs, it is only if their intervals are disjoint. */
export function isMoreAccurate(a: MeasuredAccuracy, b: MeasuredAccuracy, params: AccuracyParams): boolean {
  const difference = pairedDifference(a, b);
  if (difference === undefined) return a.accuracy.lower95 > b.accuracy.upper95;
  return difference.lower > 0 && !areEqual(a, b, params);
}
