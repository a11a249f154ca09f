// The demand of the whole cluster over the last seconds, from the reports of its routers.

import { addTo, type Milliseconds, type VariantId } from '@pareto/core';
import { createCellTable } from './cell-table.js';
import { createDemandAccumulator } from './demand-accumulator.js';
import { defaultDemandParams, type DemandParams } from './demand-params.js';
import type { DemandReport, LimitCount } from './demand-report.js';
import { totalDemands, type TargetDemand } from './demand-sums.js';
import { createHeldVariants, type HeldVariants } from './held-variants.js';
import {
  addOutcomes,
  totalOutcomes,
  totalRefusals,
  type OutcomeSums,
  type TargetOutcomes,
  type TargetRefusals,
} from './outcome-sums.js';
import { totalRates, type TargetRates } from './rate-sums.js';
import { createRouterRates, shareOf, type RouterRates } from './router-rates.js';
import { createSlidingBuckets } from './sliding-buckets.js';

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
  /** Returns the refusals of the last 10 s by target. */
  refusals(now: Milliseconds): ReadonlyMap<string, TargetRefusals>;
  /** Returns the number of held queries by cold variant, the largest first. */
  held(now: Milliseconds): ReadonlyMap<VariantId, number>;
  /** Returns the limits that each router reached in the last minute, by its id. */
  limitsReached(now: Milliseconds): ReadonlyMap<string, readonly LimitCount[]>;
}

/** The demand of one router. */
interface RouterDemand {
  readonly rates: RouterRates;
  readonly held: HeldVariants;
  lastReport: { readonly limitsReached: readonly LimitCount[]; readonly at: Milliseconds };
}

export function createDemandWindow(params: DemandParams = defaultDemandParams): DemandWindow {
  const { rateMs, outcomesMs } = params;
  const routers = new Map<string, RouterDemand>();
  const table = createCellTable(outcomesMs);
  const accumulator = createDemandAccumulator(table);
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
    const created = {
      rates: createRouterRates(accumulator, params),
      held: createHeldVariants(params.heldMs),
      lastReport,
    };
    routers.set(id, created);
    return created;
  }

  return {
    add(id, { windowMs, entries, limitsReached }, now) {
      const lastReport = { limitsReached, at: now };
      const router = routers.get(id) ?? join(id, lastReport);
      router.lastReport = lastReport;
      table.advance(now);
      router.rates.add(entries, windowMs, now);
      const counts = outcomes.current(now);
      for (const entry of entries) addOutcomes(counts, entry, shareOf(outcomesMs, windowMs));
      return router.held.add(entries, now);
    },
    demands(now) {
      const parts = live(now).map(({ rates }) => rates.demand(now));
      return totalDemands(parts, table);
    },
    byTarget: (now) => totalRates(live(now).flatMap(({ rates }) => rates.rates(now))),
    outcomes: (now) => totalOutcomes(outcomes.recent(now)),
    refusals: (now) => totalRefusals(outcomes.recent(now)),
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
