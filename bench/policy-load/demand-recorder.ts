// The demand on one router, which it reports every second, and sooner while queries are held.

import { addTo, latencyBucket, milliseconds, type VariantId } from '@pareto/core';
import {
  defaultDemandReportParams,
  planDemandReport,
  strictestOf,
  type DemandEntry,
  type DemandReport,
} from '@pareto/policy';
import type { EventQueue } from './event-queue.js';
import type { Resolved } from './query.js';

export interface DemandRecorder {
  /** Records a query that arrived. */
  offered(of: Resolved): void;
  answered(of: Resolved, variant: VariantId, latencyMs: number): void;
  refused(of: Resolved, isInfeasible: boolean): void;
  failed(of: Resolved): void;
  /** Records that a query waits for a variant, until the result is called. */
  held(of: Resolved, variant: VariantId, now: number): () => void;
  /** Records for a second that a query was answered by another variant because this one is cold. */
  missed(of: Resolved, variant: VariantId, now: number): void;
}

/** Records nothing, where no controller plans. */
export const noDemandRecorder: DemandRecorder = {
  offered: () => undefined,
  answered: () => undefined,
  refused: () => undefined,
  failed: () => undefined,
  held: () => () => undefined,
  missed: () => undefined,
};

export interface DemandRecorderOptions {
  readonly events: EventQueue;
  /** Time of the first report, and the time after which there are no more. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly send: (report: DemandReport, now: number) => void;
}

type Entry = { -readonly [K in keyof DemandEntry]: DemandEntry[K] } & {
  readonly held: Map<VariantId, number>;
  readonly itemsByVariant: Map<VariantId, number>;
  readonly latencyCounts: Map<number, number>;
};

const reportEveryMs = 1_000;
/** Delay of the report of a hold, so that queries that are held together are reported together. */
const coalesceMs = 2;
/** Minimum time between two reports because of further holds. */
const holdReportsMs = 100;

export function createDemandRecorder({ events, startsAt, endsAt, send }: DemandRecorderOptions): DemandRecorder {
  let entries = new Map<string, Entry>();
  const heldQueries = new Map<string, number>();
  const missed = new Set<string>();
  let reportedAt = startsAt - reportEveryMs;
  /** Time of the next report because of holds. Infinity if none is due. */
  let earlyAt = Infinity;

  function entryOf({ entry: { name }, objective, objectiveClass }: Resolved): Entry {
    const key = keyOf(name, objectiveClass);
    const known = entries.get(key);
    if (known === undefined) {
      const created = createEntry(name, objective);
      entries.set(key, created);
      return created;
    }
    known.objective = strictestOf(known.objective, objective);
    return known;
  }
  function count(of: Resolved): Entry {
    const entry = entryOf(of);
    entry.requests += 1;
    entry.items += 1;
    return entry;
  }
  function report(now: number): void {
    const all = planDemandReport([...entries.values()].map(copyOf), defaultDemandReportParams);
    if (all.length > 0) send({ windowMs: milliseconds(now - reportedAt), entries: all, limitsReached: [] }, now);
    reportedAt = now;
    earlyAt = Infinity;
    const held = [...entries].filter(([, entry]) => entry.held.size > 0);
    entries = new Map(held.map(([key, entry]) => [key, createEntry(entry.target, entry.objective, entry.held)]));
  }
  function reportEarly(at: number): void {
    if (at >= earlyAt) return;
    earlyAt = at;
    events.schedule(at, (now) => {
      if (now === earlyAt) report(now);
    });
  }
  function tick(now: number): void {
    report(now);
    if (now + reportEveryMs <= endsAt) events.schedule(now + reportEveryMs, tick);
  }
  function held(of: Resolved, variant: VariantId, now: number): () => void {
    const key = keyOf(of.entry.name, variant);
    const soonest = now + coalesceMs;
    reportEarly(heldQueries.has(key) ? Math.max(soonest, reportedAt + holdReportsMs) : soonest);
    const counts = entryOf(of).held;
    addCount(heldQueries, key, 1);
    addCount(counts, variant, 1);
    return () => {
      addCount(heldQueries, key, -1);
      addCount(counts, variant, -1);
    };
  }

  events.schedule(startsAt, tick);
  return {
    offered: (of) => void (entryOf(of).offeredItems += 1),
    answered(of, variant, latencyMs) {
      const entry = count(of);
      if (latencyMs > of.objective.latencyMs) entry.violations += 1;
      addTo(entry.itemsByVariant, variant, 1);
      addTo(entry.latencyCounts, latencyBucket(latencyMs), 1);
    },
    refused(of, isInfeasible) {
      const entry = count(of);
      entry.refused += 1;
      if (isInfeasible) entry.infeasible += 1;
    },
    failed: (of) => void (entryOf(of).failed += 1),
    held,
    missed(of, variant, now) {
      const key = keyOf(of.entry.name, variant);
      if (missed.has(key)) return;
      const stop = held(of, variant, now);
      missed.add(key);
      events.schedule(now + reportEveryMs, () => {
        missed.delete(key);
        stop();
      });
    },
  };
}

const keyOf = (target: string, of: string): string => `${target} ${of}`;

function createEntry(target: string, objective: DemandEntry['objective'], held = new Map<VariantId, number>()): Entry {
  const counts = { offeredItems: 0, requests: 0, items: 0, refused: 0, infeasible: 0, violations: 0, failed: 0 };
  return { tenant: 'default', target, objective, ...counts, held, itemsByVariant: new Map(), latencyCounts: new Map() };
}

/** Returns an entry as it is sent: later holds do not change it. */
const copyOf = (entry: Entry): DemandEntry => ({ ...entry, held: new Map(entry.held) });

function addCount<Key>(counts: Map<Key, number>, key: Key, change: number): void {
  const sum = (counts.get(key) ?? 0) + change;
  if (sum > 0) counts.set(key, sum);
  else counts.delete(key);
}
