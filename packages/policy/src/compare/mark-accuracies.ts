// The marks by accuracy on the variants of a task: ranks, and disagreement with the original.

import { groupBy, type HardwareClassId, type Measurement, type Task, type Variant } from '@pareto/core';
import type { AccuracyMark } from '../snapshot/snapshot.js';
import type { AccuracyParams } from './compare-accuracies.js';
import { disagreementOf } from './disagreement-of.js';
import { rankAccuracies, rankedVariant, type RankedVariant } from './rank-accuracies.js';

interface Unmarked {
  readonly variant: Variant;
  readonly measurements: readonly Measurement[];
}

export type AccuracyMarks = ReadonlyMap<HardwareClassId, AccuracyMark>;

/** Returns the marks of each variant of the task by hardware class. Variants without a measured accuracy have none. */
export function markAccuracies(
  task: Task,
  variants: readonly Unmarked[],
  params: AccuracyParams,
): ReadonlyMap<Variant, AccuracyMarks> {
  const measured = variants.flatMap(({ variant, measurements }) =>
    measurements.map((measurement) => ({
      ...{ variant, hardwareClass: measurement.hardwareClass },
      accuracy: rankedVariant(variant, measurement.result),
      disagreement: disagreementOf(task, measurement),
    })),
  );
  const ranked = measured.flatMap(({ accuracy, disagreement }) =>
    accuracy === undefined || disagreement !== undefined ? [] : [accuracy],
  );
  const ranks = ranksOf(ranked, params);
  const within = [...groupBy(ranked, ({ architecture }) => architecture).values()].map((own) => ranksOf(own, params));
  const ranksWithin = new Map(within.flatMap((own) => [...own]));
  const marks = new Map<Variant, Map<HardwareClassId, AccuracyMark>>();
  for (const { variant, hardwareClass, accuracy, disagreement } of measured) {
    if (accuracy === undefined) continue;
    const own = marks.get(variant) ?? new Map<HardwareClassId, AccuracyMark>();
    marks.set(variant, own);
    own.set(hardwareClass, { rank: ranks.get(accuracy), rankWithin: ranksWithin.get(accuracy), disagreement });
  }
  return marks;
}

function ranksOf(ranked: readonly RankedVariant[], params: AccuracyParams): ReadonlyMap<RankedVariant, number> {
  const ranks = rankAccuracies(ranked, params);
  return new Map(ranked.map((one, index) => [one, ranks[index] ?? 0]));
}
