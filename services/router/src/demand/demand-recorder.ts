// Records the demand on this router and reports it to the controller every second, or immediately for a held query.

import { latencyBucket, milliseconds, type Clock, type VariantId } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { Runnable } from '@pareto/service';
import type { ResolvedQuery } from '../resolve/resolve.js';
import { add, createEntries } from './demand-entries.js';

export interface DemandRecorder extends Runnable {
  /** Records a query that arrived, whatever becomes of it. Call it once for each query. */
  offered(resolved: ResolvedQuery): void;
  /** `latencyMs` is the time from receipt to answer. It counts as a violation if it exceeds the objective's latency. */
  answered(resolved: ResolvedQuery, variant: VariantId, latencyMs: number): void;
  refused(resolved: ResolvedQuery): void;
  /** Records a query that failed for another reason than a refusal or an error of the client. */
  failed(resolved: ResolvedQuery): void;
  /** Records that a query waits for a variant, until the result is disposed. */
  held(resolved: ResolvedQuery, variant: VariantId): Disposable;
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
const urgentMs = 2;
const urgentRetryMs = 100;

export function createDemandRecorder({ send, limitsReached, clock }: DemandOptions): DemandRecorder {
  const entries = createEntries();
  let since = clock.now();
  let timer: Disposable | undefined;
  let urgent: Disposable | undefined;

  /** Returns false if the report could not be sent. */
  function report(): boolean {
    const now = clock.now();
    const demand = { windowMs: now - since, entries: entries.report(), limitsReached: limitsReached() };
    const isEmpty = demand.entries.length === 0 && demand.limitsReached.length === 0;
    if (!isEmpty && !send(demand)) return false;
    since = now;
    entries.startWindow();
    return true;
  }
  function reportSoon(delayMs: number): void {
    urgent ??= clock.after(milliseconds(delayMs), () => {
      urgent = undefined;
      if (!report()) reportSoon(urgentRetryMs);
    });
  }
  function tick(): void {
    report();
    timer = clock.after(reportEveryMs, tick);
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
    refused(resolved) {
      entries.count(resolved).refused += 1;
    },
    failed(resolved) {
      entries.entryOf(resolved).failed += 1;
    },
    held(resolved, variant) {
      const { held } = entries.entryOf(resolved);
      add(held, variant, 1);
      reportSoon(urgentMs);
      return { [Symbol.dispose]: () => add(held, variant, -1) };
    },
    start: async () => tick(),
    stop: async () => {
      timer?.[Symbol.dispose]();
      urgent?.[Symbol.dispose]();
    },
  };
}

/** Returns the items of a query, and at most the largest batch of its target: a client may state any number of items. */
const servableItems = ({ items, entry }: ResolvedQuery): number => Math.min(items, Math.max(1, entry.maxBatchSize));
