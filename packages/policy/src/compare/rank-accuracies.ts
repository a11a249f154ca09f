// The order of variants by accuracy, in which equal ones have the same rank.

import { originalRecipe, type Accuracy, type Measurement, type Variant } from '@pareto/core';
import { areEqual, pairedDifference, type AccuracyParams, type MeasuredAccuracy } from './compare-accuracies.js';

/** A variant on a hardware class, for its rank among others. */
export interface RankedVariant extends MeasuredAccuracy {
  readonly architecture: string;
  readonly version: number;
  /** Set if it is the trained model itself, and not generated from it. */
  readonly isOriginal: boolean;
}

/** Returns the variant with its accuracy. Undefined if it was not measured. */
export function rankedVariant(
  { architecture, version, recipe }: Pick<Variant, 'architecture' | 'version' | 'recipe'>,
  result: Measurement['result'],
): RankedVariant | undefined {
  if (result.kind !== 'measured' || result.accuracy === undefined) return undefined;
  const { accuracy, scores } = result;
  return { architecture, version, isOriginal: recipe === originalRecipe, accuracy, scores };
}

/**
 * Returns the credible accuracy of each variant: its estimate but, for a file generated from a model, at most the best
 * estimate of the model itself, unless the difference as pairs is above the margin with its whole interval. The best of
 * many generated files owes its estimate to chance rather than to the loss of precision.
 */
export function credibleAccuracies(
  variants: readonly RankedVariant[],
  { accuracyMargin }: AccuracyParams,
): readonly number[] {
  const keyOf = ({ architecture, version }: RankedVariant): string => `${architecture}/${version}`;
  const originals = new Map<string, RankedVariant>();
  for (const one of variants) {
    const best = originals.get(keyOf(one));
    if (one.isOriginal && valueOf(one) > (best === undefined ? -Infinity : valueOf(best)))
      originals.set(keyOf(one), one);
  }
  return variants.map((one) => {
    const original = originals.get(keyOf(one));
    const gain = original === undefined || one.isOriginal ? undefined : pairedDifference(one, original);
    return original === undefined || gain === undefined || gain.lower > accuracyMargin
      ? valueOf(one)
      : Math.min(valueOf(one), valueOf(original));
  });
}

/** Returns the difference of credible accuracies above which variants are not equal: the scores may be of a part. */
export const reachOf = ({ accuracyMargin }: AccuracyParams): number => 2 * accuracyMargin;

const valueOf = ({ accuracy }: { readonly accuracy: Accuracy }): number => accuracy.value;

/**
 * Returns the rank of each variant, from 1: the one with the highest credible accuracy (of several an original) and all
 * that equal it have rank 1, the best of the others and all of these that equal it have rank 2, and so on. Each is
 * compared with the best of its rank alone, so that margins do not add up along a chain.
 */
export function rankAccuracies(variants: readonly RankedVariant[], params: AccuracyParams): readonly number[] {
  const credible = credibleAccuracies(variants, params);
  const entries = variants.map((one, index) => ({ ...one, one, index, credible: credible[index] ?? 0 }));
  const open = entries.toSorted(
    (a, b) =>
      b.credible - a.credible || Number(b.isOriginal) - Number(a.isOriginal) || b.accuracy.value - a.accuracy.value,
  );
  const ranks = variants.map(() => 0);
  let rank = 0;
  for (const [position, best] of open.entries()) {
    if (ranks[best.index] !== 0) continue;
    ranks[best.index] = ++rank;
    for (let next = position + 1; next < open.length; next++) {
      const other = open[next];
      if (other === undefined || other.credible < best.credible - reachOf(params)) break;
      if (ranks[other.index] === 0 && areEqual(best.one, other.one, params)) ranks[other.index] = rank;
    }
  }
  return ranks;
}

/** Number above all ranks. */
const afterRanks = 1e9;

/** Returns a number that orders variants by rank, ascending, and those without one after them by their estimates. */
export const rankOrder = (rank: number | undefined, { value }: Accuracy): number => rank ?? afterRanks - value;
