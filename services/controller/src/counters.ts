// Folding workers' cumulative counts into totals that never go backwards. Pure.

import type { ReplicaReport, VariantId } from '@pareto/core';
import { replicasById, type CounterRecord, type LoadRecord } from './records.js';

export interface VariantCounts extends CounterRecord {
  readonly variant: VariantId;
  readonly version: number;
}

/** What each replica counted since the load record of before; a new incarnation began at nothing. */
export function countsSince(before: LoadRecord | undefined, load: LoadRecord): readonly VariantCounts[] {
  const known = replicasById(before?.incarnation === load.incarnation ? before : undefined);
  return load.replicas
    .map((report) => difference(report, known.get(report.replica)))
    .filter((counts) => counts.items > 0 || counts.requests > 0 || counts.busyMs > 0);
}

function difference(report: ReplicaReport, before: ReplicaReport | undefined): VariantCounts {
  const since = (key: keyof CounterRecord): number => Math.max(0, report[key] - (before?.[key] ?? 0));
  return {
    variant: report.variant,
    version: report.version,
    requests: since('requests'),
    items: since('items'),
    executions: since('executions'),
    failures: since('failures'),
    busyMs: since('busyMs'),
  };
}

export const addCounts = (total: CounterRecord | undefined, more: CounterRecord): CounterRecord => ({
  requests: (total?.requests ?? 0) + more.requests,
  items: (total?.items ?? 0) + more.items,
  executions: (total?.executions ?? 0) + more.executions,
  failures: (total?.failures ?? 0) + more.failures,
  busyMs: (total?.busyMs ?? 0) + more.busyMs,
});
