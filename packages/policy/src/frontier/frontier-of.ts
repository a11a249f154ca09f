// The frontier of a task on one hardware class, at one batch size.

import type { Accuracy, HardwareClassId, Measurement, VariantId } from '@pareto/core';
import { p50At, p99At } from '../cost/profile-at.js';
import { paretoFront } from './pareto-front.js';

/** What was measured of one variant. */
export interface FrontierInput {
  readonly variant: VariantId;
  readonly measurements: readonly Pick<Measurement, 'hardwareClass' | 'result'>[];
  /** USD per 1,000 answers on the class; undefined: it has no price. */
  readonly costPer1k: number | undefined;
}

export interface FrontierVariant {
  readonly variant: VariantId;
  readonly accuracy: Accuracy;
  /** Of a batch of that size. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly costPer1k: number | undefined;
  /** Nothing is as accurate and faster, nor as fast and more accurate. */
  readonly isFastest: boolean;
  /** The same of cost; false without a price. */
  readonly isCheapest: boolean;
}

/**
 * Every variant that was measured on the class with an accuracy and can run the batch, ascending by its p99, the one who wins
 * first where it is equal. By point accuracy: intervals are there to be shown. A size beyond what was measured is left out.
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
