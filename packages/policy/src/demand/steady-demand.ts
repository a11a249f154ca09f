// The demand that planning uses: it follows rising rates immediately, and falling ones after a delay.

import type { Milliseconds, VariantId } from '@pareto/core';

/** Items per second by variant. Variants without demand are missing. */
export type Rates = ReadonlyMap<VariantId, number>;

export interface SteadyDemandParams {
  /** Time for which a rate must be lower before the demand falls. */
  readonly holdDownMs: Milliseconds;
  /** Ratio of the steps to which rates are rounded up, so that small changes do not change a plan. */
  readonly step: number;
}

export const defaultSteadyDemandParams: SteadyDemandParams = { holdDownMs: 60_000 as Milliseconds, step: 1.05 };

/** Demand of one variant. `lower` is set while the rate is lower: since when, and the highest rate since then. */
interface VariantDemand {
  readonly rate: number;
  readonly lower: { readonly since: Milliseconds; readonly peak: number } | undefined;
}

/** State carried from one turn to the next. */
export interface SteadyDemand {
  /** Demand for planning. The same object as before if it did not change. */
  readonly rates: Rates;
  readonly variants: ReadonlyMap<VariantId, VariantDemand>;
}

export const noDemand: SteadyDemand = { rates: new Map(), variants: new Map() };

/**
 * Returns the state after a measurement of the rates. A rate that falls counts as before until it has been lower for
 * `holdDownMs`, and then as the highest rate in that time. Rates of `cold` variants fall immediately.
 */
export function observeRates(
  before: SteadyDemand,
  measured: Rates,
  params: SteadyDemandParams,
  now: Milliseconds,
  cold: Pick<ReadonlySet<VariantId>, 'has'>,
): SteadyDemand {
  const variants = new Map<VariantId, VariantDemand>();
  const follow = (variant: VariantId, rate: number): void => {
    const known = cold.has(variant) ? undefined : before.variants.get(variant);
    const next = followRate(known, rate, params, now);
    if (next.rate > 0) variants.set(variant, next);
  };
  for (const [variant, rate] of measured) follow(variant, roundUp(rate, params.step));
  for (const variant of before.variants.keys()) if (!measured.has(variant)) follow(variant, 0);
  const isSame =
    variants.size === before.rates.size &&
    [...variants].every(([variant, { rate }]) => before.rates.get(variant) === rate);
  const rates = isSame ? before.rates : new Map(Array.from(variants, ([variant, { rate }]) => [variant, rate]));
  return { rates, variants };
}

function followRate(
  before: VariantDemand | undefined,
  rate: number,
  { holdDownMs }: SteadyDemandParams,
  now: Milliseconds,
): VariantDemand {
  if (before === undefined || rate >= before.rate) return { rate, lower: undefined };
  const lower = before.lower ?? { since: now, peak: rate };
  const peak = Math.max(lower.peak, rate);
  if (now - lower.since < holdDownMs) return { rate: before.rate, lower: { since: lower.since, peak } };
  return { rate: peak, lower: undefined };
}

/** Returns the next power of `step`. 0 for 0. */
const roundUp = (rate: number, step: number): number =>
  rate > 0 ? step ** Math.ceil(Math.log(rate) / Math.log(step) - 1e-9) : 0;
