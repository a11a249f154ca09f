// Workers' load and the counters of variants, written at a bounded rate.

import type { Clock, Milliseconds, WorkerId } from '@pareto/core';
import type { Operation } from '@pareto/state';
import { addCounts, countsSince } from './counters.js';
import type { FleetState, WorkerReport } from './fleet-state.js';
import type { Leader } from './leadership.js';
import type { Mirror } from './mirror.js';
import { counterKey, loadKey, putRecord, variantKey, type CounterRecord, type LoadRecord } from './records.js';

export interface LoadRecords {
  /** Writes what changed since the last time: a change of state within a second, counts every five. */
  store(id: WorkerId, report: WorkerReport, isNews: boolean): Promise<void>;
}

export interface LoadRecordsOptions {
  readonly leader: Leader;
  readonly mirror: Mirror;
  readonly fleet: FleetState;
  readonly clock: Clock;
}

const newsMs = 1_000;
const countsMs = 5_000;

export function createLoadRecords({ leader, mirror, fleet, clock }: LoadRecordsOptions): LoadRecords {
  const writtenAt = new Map<WorkerId, Milliseconds>();
  const unwrittenNews = new Set<WorkerId>();
  const writing = new Set<WorkerId>();
  return {
    async store(id, report, isNews) {
      if (isNews) unwrittenNews.add(id);
      const elapsed = clock.now() - (writtenAt.get(id) ?? -Infinity);
      if (writing.has(id) || elapsed < (unwrittenNews.has(id) ? newsMs : countsMs)) return;
      const before = mirror.records.loads.get(loadKey(id))?.value;
      const load: LoadRecord = { worker: id, incarnation: fleet.incarnation(id) ?? '', replicas: report.replicas };
      if (JSON.stringify(before) === JSON.stringify(load)) return;
      writtenAt.set(id, clock.now());
      unwrittenNews.delete(id);
      writing.add(id);
      await leader
        .write([], [putRecord(loadKey(id), load), ...counterPuts(mirror, before, load)])
        .finally(() => writing.delete(id));
    },
  };
}

/** The load record says what is counted already: both are written in one transaction, so nothing counts twice. */
function counterPuts({ records }: Mirror, before: LoadRecord | undefined, load: LoadRecord): readonly Operation[] {
  const totals = new Map<string, CounterRecord>();
  for (const { variant, version, ...counts } of countsSince(before, load)) {
    if (!records.variants.has(variantKey(variant, version))) continue;
    const key = counterKey(variant, version);
    totals.set(key, addCounts(totals.get(key) ?? records.counters.get(key)?.value, counts));
  }
  return [...totals].map(([key, record]) => putRecord(key, record));
}
