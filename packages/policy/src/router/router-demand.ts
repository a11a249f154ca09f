// The demand on a router: what counts, and when it is reported to the controller. Every second, or sooner while queries are held.

import { latencyBucket, milliseconds, type ErrorCode, type VariantId } from '@pareto/core';
import type { DemandReport, LimitCount } from '../demand/demand-report.js';
import { defaultDemandReportParams, planDemandReport, type DemandReportParams } from '../demand/plan-demand-report.js';
import { createDemandEntries, type ClassLimits, type CountedEntry } from './demand-entries.js';
import type { TargetQuery } from './target-query.js';

export interface RouterDemandParams extends ClassLimits, DemandReportParams {
  /** Time between two reports, in ms. */
  readonly reportEveryMs: number;
  /** Delay of a report of held queries, so that queries held together are reported together, in ms. */
  readonly coalesceMs: number;
  /** Minimum time between two reports because of further holds, or because the last report could not be sent, in ms. */
  readonly holdReportsMs: number;
}

export const defaultRouterDemandParams: RouterDemandParams = {
  ...defaultDemandReportParams,
  maxClasses: 4_096,
  maxClassesOfTarget: 64,
  reportEveryMs: 1_000,
  coalesceMs: 2,
  holdReportsMs: 100,
};

/** A query that counts as held for a variant. */
export interface HeldCount {
  readonly key: string;
  readonly variant: VariantId;
  readonly counts: Map<VariantId, number>;
}

export interface RouterDemand {
  /** Time at which `tick` has something to do. Infinity before the first call. */
  readonly dueAt: number;
  /** Counts a query that arrived, once and whatever its outcome. */
  offered(query: TargetQuery): void;
  /** `latencyMs` is the time from receipt to answer. It counts as a violation if it exceeds the objective's latency. */
  answered(query: TargetQuery, variant: VariantId, latencyMs: number): void;
  /** Counts a query that ended with an error: as refused, as failed, or not at all if its client caused the error. */
  ended(query: TargetQuery, code: ErrorCode): void;
  /**
   * Counts a query that waits for a variant, until `release`. The first hold of a target and variant is reported immediately,
   * further ones at most every `holdReportsMs`.
   */
  hold(query: TargetQuery, variant: VariantId, now: number): HeldCount;
  release(held: HeldCount): void;
  /** Counts for one report that a query was answered by another variant because this one is cold. */
  missed(query: TargetQuery, variant: VariantId, now: number): void;
  /** Returns the report that is due, if any. Its window lasts until `sent`. */
  tick(limitsReached: readonly LimitCount[], now: number): DemandReport | undefined;
  /** Starts another window after a report was sent. Otherwise it is due again. */
  sent(isSent: boolean): void;
}

/** Codes of queries that were refused. Refusals are demand, so that the controller adds capacity for them. */
const refusals: ReadonlySet<ErrorCode> = new Set(['resource-exhausted', 'failed-precondition']);
/** Codes of errors that the client did not cause. */
const failures: ReadonlySet<ErrorCode> = new Set(['deadline-exceeded', 'unavailable', 'internal', 'data-loss']);

export function createRouterDemand(params: RouterDemandParams): RouterDemand {
  const { reportEveryMs, coalesceMs, holdReportsMs } = params;
  const entries = createDemandEntries(params);
  /** Number of held queries by target and variant. */
  const heldQueries = new Map<string, number>();
  /** Targets and variants that count as held for a while, in the order in which that ends. */
  const missed = new Map<string, { readonly until: number; readonly held: HeldCount }>();
  /** Time at which the first of them does not count any more. */
  let missedUntil = Infinity;
  let since: number | undefined;
  let attemptedAt = 0;
  let regularAt = Infinity;
  /** Time of a report because of holds. */
  let earlyAt = Infinity;

  function count(query: TargetQuery): CountedEntry {
    const entry = entries.entryOf(query);
    entry.requests += 1;
    entry.items += query.items;
    return entry;
  }
  function hold(query: TargetQuery, variant: VariantId, now: number): HeldCount {
    const { held: counts } = entries.entryOf(query);
    const key = keyOf(query, variant);
    const soonest = now + coalesceMs;
    earlyAt = Math.min(earlyAt, heldQueries.has(key) ? Math.max(soonest, attemptedAt + holdReportsMs) : soonest);
    add(heldQueries, key, 1);
    add(counts, variant, 1);
    updateDueAt();
    return { key, variant, counts };
  }
  function release({ key, variant, counts }: HeldCount): void {
    add(heldQueries, key, -1);
    add(counts, variant, -1);
  }
  function releaseMissed(now: number): void {
    for (const [key, { until, held }] of missed) {
      missedUntil = until;
      if (until > now) return;
      missed.delete(key);
      release(held);
    }
    missedUntil = Infinity;
  }
  function startWindow(): void {
    since = attemptedAt;
    earlyAt = Infinity;
    entries.startWindow();
  }
  function updateDueAt(): void {
    demand.dueAt = Math.min(regularAt, earlyAt, missedUntil);
  }
  // Without a getter, with which all methods of a literal are looked up slowly.
  const demand: { -readonly [K in keyof RouterDemand]: RouterDemand[K] } = {
    dueAt: Infinity,
    offered(query) {
      entries.entryOf(query).offeredItems += servableItems(query);
    },
    answered(query, variant, latencyMs) {
      const entry = count(query);
      if (latencyMs > query.objective.latencyMs) entry.violations += 1;
      add(entry.itemsByVariant, variant, query.items);
      add(entry.latencyCounts, latencyBucket(latencyMs), 1);
    },
    ended(query, code) {
      if (refusals.has(code)) {
        const entry = count(query);
        entry.refused += 1;
        // No variant can meet the query, whatever the load.
        if (code === 'failed-precondition') entry.infeasible += 1;
      } else if (failures.has(code)) entries.entryOf(query).failed += 1;
    },
    hold,
    release,
    missed(query, variant, now) {
      const key = keyOf(query, variant);
      if (missed.has(key)) return;
      const until = now + reportEveryMs;
      missed.set(key, { until, held: hold(query, variant, now) });
      missedUntil = Math.min(missedUntil, until);
      updateDueAt();
    },
    tick(limitsReached, now) {
      const report = reportAt(limitsReached, now);
      updateDueAt();
      return report;
    },
    sent(isSent) {
      if (isSent) startWindow();
      else if (earlyAt <= attemptedAt) earlyAt = attemptedAt + holdReportsMs;
      updateDueAt();
    },
  };
  return demand;

  function reportAt(limitsReached: readonly LimitCount[], now: number): DemandReport | undefined {
    since ??= now;
    if (regularAt === Infinity) regularAt = now;
    if (now < regularAt && now < earlyAt) {
      // Not together with a report, of which they are part.
      releaseMissed(now);
      return undefined;
    }
    if (now >= regularAt) regularAt = now + reportEveryMs;
    attemptedAt = now;
    const planned = planDemandReport(entries.all(), params);
    if (planned.length > 0 || limitsReached.length > 0)
      return { windowMs: milliseconds(now - since), entries: planned, limitsReached };
    startWindow();
    return undefined;
  }
}

const keyOf = ({ entry }: TargetQuery, variant: VariantId): string => `${entry.name} ${variant}`;

/** Returns the items of a query, and at most the largest batch of its target: a client may state any number of items. */
const servableItems = ({ items, entry }: TargetQuery): number => Math.min(items, Math.max(1, entry.maxBatchSize));

function add<Key>(counts: Map<Key, number>, key: Key, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
