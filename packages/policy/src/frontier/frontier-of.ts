// The Pareto frontier of a task on one hardware class, at one batch size.

import type { Accuracy, HardwareClassId, Measurement, VariantId } from '@pareto/core';
import { p50At, p99At } from '../cost/profile-at.js';
import { paretoFront } from './pareto-front.js';

/** Measurements and cost of one variant. */
export interface FrontierInput {
  readonly variant: VariantId;
  readonly measurements: readonly Pick<Measurement, 'hardwareClass' | 'result'>[];
  /** USD per 1,000 answers on the class. Undefined if the class has no price. */
  readonly costPer1k: number | undefined;
}

export interface FrontierVariant {
  readonly variant: VariantId;
  readonly accuracy: Accuracy;
  /** Latencies of one batch. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly costPer1k: number | undefined;
  /** Set if no variant is as accurate and faster, or as fast and more accurate. */
  readonly isFastest: boolean;
  /** Set if no variant is as accurate and cheaper, or as cheap and more accurate. False without a price. */
  readonly isCheapest: boolean;
}

/**
 * Returns every variant with an accuracy that was measured on the class up to the batch size. Sorted by ascending p99,
 * then by descending accuracy. Accuracies are compared by their point estimates; the intervals are for display.
 */
export function frontierOf(
  inputs: readonly FrontierInput[],
  hardwareClass: HardwareClassId,
  batch: number,
): readonly FrontierVariant[] {
  const measured = inputs.flatMap(({ variant, measurements, costPer1k }) => {
    const result = measurements.find((one) => one.hardwareClass === hardwareClass)?.result;
    if (result?.kind !== 'measured' || result.accuracy === undefined) return [];
    const { profile, accuracy } = result;
    if ((profile.points.at(-1)?.batch ?? 0) < batch) return [];
    return [{ variant, accuracy, costPer1k, p50Ms: p50At(profile, batch), p99Ms: p99At(profile, batch) }];
  });
  const front = (x: (one: (typeof measured)[number]) => number | undefined): ReadonlySet<VariantId> => {
    const points = measured.flatMap((one) => {
      const value = x(one);
      return value === undefined ? [] : [{ variant: one.variant, accuracy: one.accuracy.value, x: value }];
    });
    return new Set(paretoFront(points).map(({ variant }) => variant));
  };
  const fastest = front(({ p99Ms }) => p99Ms);
  const cheapest = front(({ costPer1k }) => costPer1k);
  return measured
    .map((one) => ({ ...one, isFastest: fastest.has(one.variant), isCheapest: cheapest.has(one.variant) }))
    .toSorted((a, b) => a.p99Ms - b.p99Ms || b.accuracy.value - a.accuracy.value);
}
