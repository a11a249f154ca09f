// The demand that routers report: rates and outcomes over a sliding window, and the cold variants that queries are held
// for.

import { variantId, type Milliseconds, type VariantId } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { addTo } from './add-to.js';
import { createHeldVariants } from './held-variants.js';

export interface TargetRates {
  requestsPerSecond: number;
  refusedPerSecond: number;
  violationsPerSecond: number;
}

/** Outcomes of the queries of the last ten seconds. */
export interface TargetOutcomes {
  /** Number of answered, refused and failed queries. */
  queries: number;
  failed: number;
  /** Number of queries that were answered within their objective. */
  attained: number;
  readonly latencyCounts: Map<number, number>;
  readonly itemsByVariant: Map<string, number>;
}

export interface DemandWindow {
  /**
   * Adds a router's demand. Returns true if a turn of the control loop is due, because queries are held for another
   * variant than before.
   */
  add(router: string, demand: wire.Demand, now: Milliseconds): boolean;
  /**
   * Returns items per second by variant. Refused queries are spread over the variants in proportion to their answers.
   */
  itemsPerSecond(now: Milliseconds): ReadonlyMap<VariantId, number>;
  byTarget(now: Milliseconds): ReadonlyMap<string, TargetRates>;
  outcomes(now: Milliseconds): ReadonlyMap<string, TargetOutcomes>;
  /** Returns the number of held queries by cold variant, the largest first. */
  held(now: Milliseconds): ReadonlyMap<VariantId, number>;
  /** Returns the limits that each router reached in the last minute, by its id. */
  limitsReached(now: Milliseconds): ReadonlyMap<string, readonly wire.LimitCount[]>;
}

interface Sample {
  readonly router: string;
  readonly at: Milliseconds;
  readonly entries: readonly wire.DemandEntry[];
  readonly windowMs: number;
  readonly limitsReached: readonly wire.LimitCount[];
}

/** Span of the rates, and maximum age of the limits of a router, which reports them each second. */
const rateMs = 5_000;
export const outcomesMs = 10_000;

export function createDemandWindow(): DemandWindow {
  let samples: readonly Sample[] = [];
  const held = createHeldVariants();

  /**
   * Returns the recent entries, each with the share of its counts that falls into the span. After a time without a
   * controller, a router reports all of it in one message.
   */
  const recent = (now: Milliseconds, spanMs: number): readonly (readonly [wire.DemandEntry, number])[] =>
    samples
      .filter(({ at }) => now - at < spanMs)
      .flatMap(({ entries, windowMs }) => {
        const share = windowMs > spanMs ? spanMs / windowMs : 1;
        return entries.map((entry) => [entry, share] as const);
      });
  /** Returns the recent entries, each with the factor that turns its counts into rates per second. */
  const recentRates = (now: Milliseconds): readonly (readonly [wire.DemandEntry, number])[] =>
    recent(now, rateMs).map(([entry, share]) => [entry, (share * 1000) / rateMs]);

  return {
    add(router, demand, now) {
      samples = [...samples.filter(({ at }) => now - at < outcomesMs), { ...demand, router, at: now }];
      return held.add(router, demand, now);
    },
    itemsPerSecond(now) {
      const rates = new Map<VariantId, number>();
      for (const [entry, perSecond] of recentRates(now)) {
        const answered = entry.requests - entry.refused;
        const factor = answered > 0 ? entry.requests / answered : 1;
        for (const [name, items] of Object.entries(entry.itemsByVariant))
          addTo(rates, variantId(name), items * factor * perSecond);
      }
      return rates;
    },
    byTarget(now) {
      const targets = new Map<string, TargetRates>();
      for (const [{ target, requests, refused, violations }, perSecond] of recentRates(now)) {
        const rates = targets.get(target) ?? { requestsPerSecond: 0, refusedPerSecond: 0, violationsPerSecond: 0 };
        rates.requestsPerSecond += requests * perSecond;
        rates.refusedPerSecond += refused * perSecond;
        rates.violationsPerSecond += violations * perSecond;
        targets.set(target, rates);
      }
      return targets;
    },
    outcomes(now) {
      const targets = new Map<string, TargetOutcomes>();
      for (const [entry, share] of recent(now, outcomesMs)) {
        const outcomes = targets.get(entry.target) ?? noOutcomes();
        addOutcomes(outcomes, entry, share);
        targets.set(entry.target, outcomes);
      }
      return targets;
    },
    held: (now) => held.counts(now),
    limitsReached(now) {
      const latest = samples.filter(({ at }) => now - at < rateMs);
      return new Map(latest.map(({ router, limitsReached }) => [router, limitsReached]));
    },
  };
}

export const noOutcomes = (): TargetOutcomes => ({
  ...{ queries: 0, failed: 0, attained: 0 },
  ...{ latencyCounts: new Map(), itemsByVariant: new Map() },
});

function addOutcomes(outcomes: TargetOutcomes, entry: wire.DemandEntry, share: number): void {
  const { requests, refused, violations, failed } = entry;
  outcomes.queries += (requests + failed) * share;
  outcomes.failed += failed * share;
  outcomes.attained += (requests - refused - violations) * share;
  for (const [bucket, count] of Object.entries(entry.latencyCounts))
    addTo(outcomes.latencyCounts, Number(bucket), count * share);
  for (const [variant, items] of Object.entries(entry.itemsByVariant))
    addTo(outcomes.itemsByVariant, variant, items * share);
}
