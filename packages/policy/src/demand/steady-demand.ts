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
  /** Returns whether the demand of the variant is as before. */
  const follow = (variant: VariantId, rate: number, known: VariantDemand | undefined): boolean => {
    const next = followRate(cold.has(variant) ? undefined : known, rate, params, now);
    if (next.rate > 0) variants.set(variant, next);
    return next.rate === (known?.rate ?? 0);
  };
  let isSame = true;
  let knownCount = 0;
  for (const [variant, rate] of measured) {
    const known = before.variants.get(variant);
    if (known !== undefined) knownCount += 1;
    isSame = follow(variant, roundUp(rate, params.step, known?.rate), known) && isSame;
  }
  if (knownCount < before.variants.size) {
    for (const [variant, known] of before.variants)
      if (!measured.has(variant)) isSame = follow(variant, 0, known) && isSame;
  }
  return { rates: isSame ? before.rates : ratesOf(variants), variants };
}

function ratesOf(variants: SteadyDemand['variants']): Rates {
  const rates = new Map<VariantId, number>();
  for (const [variant, { rate }] of variants) rates.set(variant, rate);
  return rates;
}

function followRate(
  before: VariantDemand | undefined,
  rate: number,
  { holdDownMs }: SteadyDemandParams,
  now: Milliseconds,
): VariantDemand {
  if (before?.rate === rate && before.lower === undefined) return before;
  if (before === undefined || rate >= before.rate) return { rate, lower: undefined };
  const lower = before.lower ?? { since: now, peak: rate };
  const peak = Math.max(lower.peak, rate);
  if (now - lower.since >= holdDownMs) return { rate: peak, lower: undefined };
  return peak === before.lower?.peak ? before : { rate: before.rate, lower: { since: lower.since, peak } };
}

/**
 * Returns the next power of `step`. 0 for 0. `expected` is a power or 0. It is returned without computing a logarithm if
 * it is the next power, which it is for most rates.
 */
function roundUp(rate: number, step: number, expected = 0): number {
  if (rate <= expected && rate * step > expected * (1 + 1e-6)) return expected;
  return rate > 0 ? step ** Math.ceil(Math.log(rate) / Math.log(step) - 1e-9) : 0;
}
