// The rates of each target, summed over reports.

import type { DemandEntry } from './demand-report.js';

/** Queries per second. */
export interface TargetRates {
  /** Answered and refused queries. */
  readonly requestsPerSecond: number;
  readonly refusedPerSecond: number;
  readonly violationsPerSecond: number;
}

/** Rates by target. */
export type RateSums = Map<string, { -readonly [K in keyof TargetRates]: TargetRates[K] }>;

/** Rates of which a part counts. */
export interface WeightedRates {
  readonly rates: RateSums;
  /** Part of the rates that counts, between 0 and 1. */
  readonly weight: number;
}

/** Adds an entry. Its counts multiplied by `perSecond` are rates. */
export function addRates(
  sums: RateSums,
  { target, requests, refused, violations }: DemandEntry,
  perSecond: number,
): void {
  const counts = { requestsPerSecond: requests, refusedPerSecond: refused, violationsPerSecond: violations };
  addWeighted(sums, target, counts, perSecond);
}

/** Returns the total rates by target. */
export function totalRates(parts: Iterable<WeightedRates>): ReadonlyMap<string, TargetRates> {
  const totals: RateSums = new Map();
  for (const { rates, weight } of parts) for (const [target, each] of rates) addWeighted(totals, target, each, weight);
  return totals;
}

function addWeighted(sums: RateSums, target: string, rates: TargetRates, weight: number): void {
  const sum = sums.get(target) ?? { requestsPerSecond: 0, refusedPerSecond: 0, violationsPerSecond: 0 };
  sum.requestsPerSecond += rates.requestsPerSecond * weight;
  sum.refusedPerSecond += rates.refusedPerSecond * weight;
  sum.violationsPerSecond += rates.violationsPerSecond * weight;
  sums.set(target, sum);
}
