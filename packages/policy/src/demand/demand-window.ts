// The demand of the whole cluster over the last seconds, from the reports of its routers.

import { addTo, type Milliseconds, type VariantId } from '@pareto/core';
import type { DemandReport, LimitCount } from './demand-report.js';
import {
  addDemand,
  totalDemands,
  totalRates,
  type DemandSums,
  type TargetDemand,
  type TargetRates,
  type WeightedSums,
} from './demand-sums.js';
import { createHeldVariants, type HeldVariants } from './held-variants.js';
import { addOutcomes, totalOutcomes, type OutcomeSums, type TargetOutcomes } from './outcome-sums.js';
import { createSlidingBuckets, type SlidingBuckets } from './sliding-buckets.js';

export interface DemandWindow {
  /**
   * Adds a router's report. Returns true if a turn of the control loop is due, because the router holds queries for
   * another variant than before.
   */
  add(router: string, report: DemandReport, now: Milliseconds): boolean;
  /** Returns the demand of each tenant, target and class of objectives over the last 5 s, the largest first. */
  demands(now: Milliseconds): readonly TargetDemand[];
  /** Returns the rates over the last 5 s by target. */
  byTarget(now: Milliseconds): ReadonlyMap<string, TargetRates>;
  /** Returns the outcomes of the queries of the last 10 s by target. */
  outcomes(now: Milliseconds): ReadonlyMap<string, TargetOutcomes>;
  /** Returns the number of held queries by cold variant, the largest first. */
  held(now: Milliseconds): ReadonlyMap<VariantId, number>;
  /** Returns the limits that each router reached in the last minute, by its id. */
  limitsReached(now: Milliseconds): ReadonlyMap<string, readonly LimitCount[]>;
}

/** Sums of a router's reports that arrived together, and the time that they cover. */
interface Rates {
  readonly sums: DemandSums;
  windowMs: number;
}

/** The demand of one router. */
interface RouterDemand {
  readonly rates: SlidingBuckets<Rates>;
  readonly held: HeldVariants;
  lastReport: { readonly limitsReached: readonly LimitCount[]; readonly at: Milliseconds };
}

/** Span of the rates, and maximum age of the limits of a router, which reports them each second. */
const rateMs = 5_000;
/** Span of the outcomes. A router that is silent for so long is dropped. */
export const outcomesMs = 10_000;

export function createDemandWindow(): DemandWindow {
  const routers = new Map<string, RouterDemand>();
  const outcomes = createSlidingBuckets<OutcomeSums>(outcomesMs, () => new Map());

  function dropSilent(now: Milliseconds): void {
    for (const [id, { lastReport }] of routers) if (now - lastReport.at >= outcomesMs) routers.delete(id);
  }
  function live(now: Milliseconds): readonly RouterDemand[] {
    dropSilent(now);
    return [...routers.values()];
  }
  function join(id: string, lastReport: RouterDemand['lastReport']): RouterDemand {
    dropSilent(lastReport.at);
    const created = createRouterDemand(lastReport);
    routers.set(id, created);
    return created;
  }
  const recentRates = (now: Milliseconds): readonly WeightedSums[] =>
    live(now).flatMap(({ rates }) => latestOf(rates.recent(now)));
  const demands = (now: Milliseconds): readonly TargetDemand[] => totalDemands(recentRates(now));

  return {
    add(id, { windowMs, entries, limitsReached }, now) {
      const lastReport = { limitsReached, at: now };
      const router = routers.get(id) ?? join(id, lastReport);
      router.lastReport = lastReport;
      const [rates, counts] = [router.rates.current(now), outcomes.current(now)];
      rates.windowMs += Math.min(rateMs, windowMs);
      for (const entry of entries) {
        addDemand(rates.sums, entry, (shareOf(rateMs, windowMs) * 1000) / rateMs);
        addOutcomes(counts, entry, shareOf(outcomesMs, windowMs));
      }
      return router.held.add(entries, now);
    },
    demands,
    byTarget: (now) => totalRates(recentRates(now)),
    outcomes: (now) => totalOutcomes(outcomes.recent(now)),
    held(now) {
      const counts = new Map<VariantId, number>();
      for (const { held } of live(now)) for (const [variant, count] of held.counts(now)) addTo(counts, variant, count);
      return new Map([...counts].sort((a, b) => b[1] - a[1]));
    },
    limitsReached(now) {
      const recent = [...routers].filter(([, { lastReport }]) => now - lastReport.at < rateMs);
      return new Map(recent.map(([id, { lastReport }]) => [id, lastReport.limitsReached]));
    },
  };
}

const createRouterDemand = (lastReport: RouterDemand['lastReport']): RouterDemand => ({
  rates: createSlidingBuckets(rateMs, () => ({ sums: new Map(), windowMs: 0 })),
  held: createHeldVariants(),
  lastReport,
});

/**
 * Returns the latest sums, which cover `rateMs` together, the last of them in part. Reports that were late arrive with
 * those after them, and would otherwise count as a higher rate.
 */
function latestOf(buckets: readonly Rates[]): readonly WeightedSums[] {
  const latest: WeightedSums[] = [];
  let leftMs = rateMs;
  for (const { sums, windowMs } of buckets.toReversed()) {
    if (leftMs <= 0) break;
    latest.push({ sums, weight: windowMs > leftMs ? leftMs / windowMs : 1 });
    leftMs -= windowMs;
  }
  return latest;
}

/**
 * Returns the share of a report's counts that falls into a span. A router reports the whole time without a controller in
 * one message.
 */
const shareOf = (spanMs: number, windowMs: Milliseconds): number => (windowMs > spanMs ? spanMs / windowMs : 1);
