// What is asked of this router, by target and objective: told to the controller each second, a held query at once.

import { latencyBucket, milliseconds, type Clock, type VariantId } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { Runnable } from '@pareto/service';
import type { ResolvedQuery } from '../resolve/resolve.js';
import { add, createEntries } from './demand-entries.js';

export interface DemandRecorder extends Runnable {
  /** `latencyMs` is from its receipt to its answer: beyond the objective's it is a violation. */
  answered(resolved: ResolvedQuery, variant: VariantId, latencyMs: number): void;
  refused(resolved: ResolvedQuery): void;
  /** Neither answered nor refused, and not by the client's own fault. */
  failed(resolved: ResolvedQuery): void;
  /** A query begins to wait for a variant; dispose when it no longer does. */
  held(resolved: ResolvedQuery, variant: VariantId): Disposable;
}

export interface DemandOptions {
  /** False when nobody takes it now: it is kept and sent with the next. */
  readonly send: (demand: wire.DemandInput) => boolean;
  readonly clock: Clock;
}

const reportEveryMs = milliseconds(1_000);
const urgentMs = 2;
const urgentRetryMs = 100;

export function createDemandRecorder({ send, clock }: DemandOptions): DemandRecorder {
  const entries = createEntries();
  let since = clock.now();
  let timer: Disposable | undefined;
  let urgent: Disposable | undefined;

  /** False when nobody took it. */
  function report(): boolean {
    const now = clock.now();
    const topEntries = entries.topEntries();
    if (topEntries.length > 0 && !send({ windowMs: now - since, entries: topEntries })) return false;
    since = now;
    entries.renew();
    return true;
  }
  /** Those that begin to wait together are told together. */
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
      entries.of(resolved).failed += 1;
    },
    held(resolved, variant) {
      add(entries.of(resolved).held, variant, 1);
      reportSoon(urgentMs);
      return { [Symbol.dispose]: () => add(entries.of(resolved).held, variant, -1) };
    },
    start: async () => tick(),
    stop: async () => {
      timer?.[Symbol.dispose]();
      urgent?.[Symbol.dispose]();
    },
  };
}
