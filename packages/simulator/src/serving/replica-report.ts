// The report of a replica to the controller.

import { bytes, milliseconds, noCounts, type ReplicaLoad, type ReplicaReport, type ReplicaState } from '@pareto/core';
import { isQuarantined, type AssignedReplica } from '@pareto/policy';

/** A replica with what it has counted. */
export interface ReportedReplica {
  readonly assigned: AssignedReplica;
  readonly state: ReplicaState;
  readonly requests: number;
  readonly items: number;
  readonly executions: number;
  readonly busyMs: number;
  readonly executorDeaths: number;
}

/** Returns the report. Each field is written out, because copies of objects would take most of its time. */
export function reportOf(
  of: ReportedReplica,
  { queuedItems, runningItems, interfered }: Pick<ReplicaLoad, 'queuedItems' | 'runningItems' | 'interfered'>,
  { reason, poisonousQueries }: Pick<ReplicaReport, 'reason' | 'poisonousQueries'>,
): ReplicaReport {
  const { replica, spec, profile } = of.assigned;
  return {
    replica,
    variant: spec.variant,
    version: spec.version,
    state: of.state,
    reason,
    loadMs: milliseconds(1),
    memoryBytes: bytes(of.state === 'loading' ? 0 : (profile?.memoryBytes ?? 0)),
    queuedItems,
    runningItems,
    requests: of.requests,
    items: of.items,
    executions: of.executions,
    failures: 0,
    busyMs: milliseconds(of.busyMs),
    executorDeaths: of.executorDeaths,
    counts: noCounts,
    poisonousQueries,
    quarantined: isQuarantined(poisonousQueries),
    interfered,
    checkedRows: 0,
    mixedReason: '',
    comparedRows: 0,
    agreedRows: 0,
  };
}
