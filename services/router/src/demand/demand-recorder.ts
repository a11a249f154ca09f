// Records the demand on this router and reports it to the controller every second, or sooner while queries are held.

import { latencyBucket, milliseconds, type Clock, type VariantId } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { Runnable } from '@pareto/service';
import type { ResolvedQuery } from '../resolve/resolve.js';
import { add, createEntries } from './demand-entries.js';
import { createEarliestTimer } from './earliest-timer.js';

export interface DemandRecorder extends Runnable {
  /** Records a query that arrived. Call it once for each query, whatever its outcome. */
  offered(resolved: ResolvedQuery): void;
  /** `latencyMs` is the time from receipt to answer. It counts as a violation if it exceeds the objective's latency. */
  answered(resolved: ResolvedQuery, variant: VariantId, latencyMs: number): void;
  /** `isInfeasible` states that no variant can meet the query, whatever the load. */
  refused(resolved: ResolvedQuery, isInfeasible: boolean): void;
  /** Records a query that failed for another reason than a refusal or an error of the client. */
  failed(resolved: ResolvedQuery): void;
  /**
   * Records that a query waits for a variant, until the result is disposed. The first hold of a target and variant is
   * reported immediately, further ones at most every 100 ms.
   */
  held(resolved: ResolvedQuery, variant: VariantId): Disposable;
  /** Records for one report that a query was answered by another variant because this one is cold. */
  missed(resolved: ResolvedQuery, variant: VariantId): void;
}

export interface DemandOptions {
  /** Returns false if no controller is connected. The demand is then kept and sent with the next report. */
  readonly send: (demand: wire.DemandInput) => boolean;
  /** Returns the limits that this router reached in the last minute. They are part of each report. */
  readonly limitsReached: () => readonly wire.LimitCountInput[];
  readonly clock: Clock;
}

const reportEveryMs = milliseconds(1_000);
/** Delay of a report of held queries, so that queries held together are reported together. */
const coalesceMs = 2;
/** Minimum time between two reports because of further holds, or because the last report could not be sent. */
const holdReportsMs = 100;

export function createDemandRecorder({ send, limitsReached, clock }: DemandOptions): DemandRecorder {
  const entries = createEntries();
  /** Number of held queries by target and variant. */
  const heldQueries = new Map<string, number>();
  /** Targets and variants that count as held until the next second ends. */
  const missed = new Set<string>();
  const early = createEarliestTimer(clock, reportEarly);
  let since = clock.now();
  let attemptedAt = since;
  let timer: Disposable | undefined;

  /** Returns false if the report could not be sent. */
  function report(): boolean {
    attemptedAt = clock.now();
    const demand = { windowMs: attemptedAt - since, entries: entries.report(), limitsReached: limitsReached() };
    const isEmpty = demand.entries.length === 0 && demand.limitsReached.length === 0;
    if (!isEmpty && !send(demand)) return false;
    since = attemptedAt;
    entries.startWindow();
    early.cancel();
    return true;
  }
  function reportEarly(): void {
    if (!report()) early.request(milliseconds(attemptedAt + holdReportsMs));
  }
  function tick(): void {
    report();
    timer = clock.after(reportEveryMs, tick);
  }

  function held(resolved: ResolvedQuery, variant: VariantId): Disposable {
    const { held: counts } = entries.entryOf(resolved);
    const key = keyOf(resolved, variant);
    const soonest = clock.now() + coalesceMs;
    early.request(milliseconds(heldQueries.has(key) ? Math.max(soonest, attemptedAt + holdReportsMs) : soonest));
    add(heldQueries, key, 1);
    add(counts, variant, 1);
    return {
      [Symbol.dispose]() {
        add(heldQueries, key, -1);
        add(counts, variant, -1);
      },
    };
  }

  return {
    name: 'demand',
    offered(resolved) {
      entries.entryOf(resolved).offeredItems += servableItems(resolved);
    },
    answered(resolved, variant, latencyMs) {
      const entry = entries.count(resolved);
      if (latencyMs > resolved.objective.latencyMs) entry.violations += 1;
      add(entry.itemsByVariant, variant, resolved.items);
      add(entry.latencyCounts, latencyBucket(latencyMs), 1);
    },
    refused(resolved, isInfeasible) {
      const entry = entries.count(resolved);
      entry.refused += 1;
      if (isInfeasible) entry.infeasible += 1;
    },
    failed(resolved) {
      entries.entryOf(resolved).failed += 1;
    },
    held,
    missed(resolved, variant) {
      const key = keyOf(resolved, variant);
      if (missed.has(key)) return;
      const counted = held(resolved, variant);
      missed.add(key);
      clock.after(reportEveryMs, () => {
        missed.delete(key);
        counted[Symbol.dispose]();
      });
    },
    start: async () => tick(),
    stop: async () => {
      timer?.[Symbol.dispose]();
      early.cancel();
    },
  };
}

const keyOf = ({ entry }: ResolvedQuery, variant: VariantId): string => `${entry.name} ${variant}`;

/** Returns the items of a query, and at most the largest batch of its target: a client may state any number of items. */
const servableItems = ({ items, entry }: ResolvedQuery): number => Math.min(items, Math.max(1, entry.maxBatchSize));
