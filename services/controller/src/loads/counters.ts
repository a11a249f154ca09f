// Folds workers' cumulative counts into totals that never go backwards. Pure.

import {
  addInferCounts,
  inferCountsSince,
  milliseconds,
  type InferCounts,
  type ReplicaReport,
  type VariantId,
} from '@pareto/core';
import { replicasById, type CounterRecord, type CountedReport, type LoadRecord } from '../storage/records.js';

export interface VariantCounts extends CounterRecord {
  readonly variant: VariantId;
  readonly version: number;
}

/**
 * Returns a worker's reports as stored: the age of the last inference becomes a wall time of this controller, because
 * an age would change all the time. The time stays the same while nothing was executed since the previous record.
 */
export function countedReports(
  before: LoadRecord | undefined,
  incarnation: string,
  reports: readonly ReplicaReport[],
  wallMs: number,
): readonly CountedReport[] {
  const known = replicasById(before?.incarnation === incarnation ? before : undefined);
  return reports.map((report) => {
    const { lastInferenceAgeMs, ...counts } = report.counts;
    const last = known.get(report.replica);
    const isSame = last?.executions === report.executions;
    const lastWallMs = lastInferenceAgeMs === undefined ? undefined : Math.round(wallMs - lastInferenceAgeMs);
    return {
      ...report,
      counts: { ...counts, lastInferenceAgeMs: undefined },
      lastInferenceWallMs: isSame ? last.lastInferenceWallMs : lastWallMs,
    };
  });
}

/** Returns the counts of each replica since the previous load record. A new incarnation starts at 0. */
export function countsSince(before: LoadRecord | undefined, load: LoadRecord): readonly VariantCounts[] {
  const known = replicasById(before?.incarnation === load.incarnation ? before : undefined);
  return load.replicas.map((report) => difference(report, known.get(report.replica))).filter(isSomething);
}

type Summed = 'requests' | 'items' | 'executions' | 'failures' | 'busyMs';

function difference(report: CountedReport, before: CountedReport | undefined): VariantCounts {
  const since = (key: Summed): number => Math.max(0, report[key] - (before?.[key] ?? 0));
  return {
    variant: report.variant,
    version: report.version,
    requests: since('requests'),
    items: since('items'),
    executions: since('executions'),
    failures: since('failures'),
    busyMs: since('busyMs'),
    counts: before === undefined ? report.counts : inferCountsSince(report.counts, before.counts),
    lastInferenceWallMs: report.lastInferenceWallMs,
  };
}

const isSomething = ({ requests, items, executions, failures, busyMs, counts }: VariantCounts): boolean =>
  Math.max(requests, items, executions, failures, busyMs, counts.success.ns, counts.fail.count) > 0;

export const addCounts = (total: CounterRecord | undefined, more: CounterRecord): CounterRecord => ({
  requests: (total?.requests ?? 0) + more.requests,
  items: (total?.items ?? 0) + more.items,
  executions: (total?.executions ?? 0) + more.executions,
  failures: (total?.failures ?? 0) + more.failures,
  busyMs: (total?.busyMs ?? 0) + more.busyMs,
  counts: total === undefined ? more.counts : addInferCounts(total.counts, more.counts),
  lastInferenceWallMs: latest(total?.lastInferenceWallMs, more.lastInferenceWallMs),
});

function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/** Returns the counts for clients, with the age of the last inference. */
export const inferCountsAt = ({ counts, lastInferenceWallMs }: CounterRecord, wallMs: number): InferCounts => ({
  ...counts,
  lastInferenceAgeMs:
    lastInferenceWallMs === undefined ? undefined : milliseconds(Math.max(0, wallMs - lastInferenceWallMs)),
});
