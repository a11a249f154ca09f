// Rates that planning uses: they follow rising ones immediately, and falling ones after a delay.

import { exactExp, exactLog, type Milliseconds } from '@pareto/core';
import type { DemandParams } from './demand-params.js';

/** Rates by key: of a class of objectives, or of a variant. Keys with a rate of 0 are missing. */
export type Rates = ReadonlyMap<string, number>;

/** A rate. `lower` is set while the measured one is lower: since when, and the highest one since then. */
interface SteadyRate {
  readonly rate: number;
  readonly lower: { readonly since: Milliseconds; readonly peak: number } | undefined;
}

/** State carried from one turn to the next. */
export interface SteadyDemand {
  /** Rates for planning. The same object as before if they did not change. */
  readonly rates: Rates;
  readonly byKey: ReadonlyMap<string, SteadyRate>;
}

export const noDemand: SteadyDemand = { rates: new Map(), byKey: new Map() };

/**
 * Returns the rate that counts: the mean, or the latest one if chance hardly raises it so far, which is some standard deviations
 * of a Poisson process above the mean.
 */
export const countedRate = (
  { itemsPerSecond, latestPerSecond }: { readonly itemsPerSecond: number; readonly latestPerSecond: number },
  { deviations }: Pick<DemandParams, 'deviations'>,
): number => Math.max(itemsPerSecond, latestPerSecond - deviations * Math.sqrt(latestPerSecond));

/**
 * Returns the state after a measurement of the rates. A rate that falls counts as before until it has been lower for
 * `holdDownMs`, and then as the highest rate in that time. Rates of keys that are cold fall immediately.
 */
export function observeRates(
  before: SteadyDemand,
  measured: Rates,
  params: Pick<DemandParams, 'holdDownMs' | 'step'>,
  now: Milliseconds,
  isCold: (key: string) => boolean,
): SteadyDemand {
  const byKey = new Map<string, SteadyRate>();
  /** Returns whether the rate is as before. */
  const follow = (key: string, rate: number, known: SteadyRate | undefined): boolean => {
    const next = followRate(isCold(key) ? undefined : known, rate, params, now);
    if (next.rate > 0) byKey.set(key, next);
    return next.rate === (known?.rate ?? 0);
  };
  let isSame = true;
  let knownCount = 0;
  for (const [key, rate] of measured) {
    const known = before.byKey.get(key);
    if (known !== undefined) knownCount += 1;
    isSame = follow(key, roundUp(rate, params.step, known?.rate), known) && isSame;
  }
  if (knownCount < before.byKey.size) {
    for (const [key, known] of before.byKey) if (!measured.has(key)) isSame = follow(key, 0, known) && isSame;
  }
  return { rates: isSame ? before.rates : ratesOf(byKey), byKey };
}

function ratesOf(byKey: SteadyDemand['byKey']): Rates {
  const rates = new Map<string, number>();
  for (const [key, { rate }] of byKey) rates.set(key, rate);
  return rates;
}

function followRate(
  before: SteadyRate | undefined,
  rate: number,
  { holdDownMs }: Pick<DemandParams, 'holdDownMs'>,
  now: Milliseconds,
): SteadyRate {
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
  return rate > 0 ? exactExp(exactLog(step) * Math.ceil(exactLog(rate) / exactLog(step) - 1e-9)) : 0;
}
