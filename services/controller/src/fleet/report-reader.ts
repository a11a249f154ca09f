// Reads the reports of one worker's stream: whole ones, and ones with nothing but changes.

import { ParetoError, replicaId, variantId, type ReplicaId, type ReplicaReport } from '@pareto/core';
import type { WorkerReport } from '@pareto/policy';
import { measurementFromWire, observedFromWire, replicaReportFromWire, type wire } from '@pareto/protocol';

/** Maximum number of replicas of one worker, far more than fit its memory. */
const maxReplicas = 50_000;

/**
 * Creates a function that returns each report of a stream with all replicas. It throws `invalid-argument` if a value is not valid, or
 * if changes arrive before the first whole report, or after one that was not, and `resource-exhausted` for more than 50,000 replicas.
 */
export function createReportReader(): (message: wire.WorkerReport) => WorkerReport {
  let known: ReadonlyMap<ReplicaId, ReplicaReport> | undefined;
  return ({ replicas, measuring, provisional, shapes, onlyChanges, removed, reportNowSequence: _, ...rest }) => {
    if (onlyChanges && known === undefined)
      throw new ParetoError('invalid-argument', 'a report of changes arrived before the first whole one; join again');
    const next = new Map(onlyChanges ? known : undefined);
    known = undefined;
    for (const id of removed) next.delete(replicaId(id));
    for (const report of replicas.map(replicaReportFromWire)) next.set(report.replica, report);
    if (next.size > maxReplicas)
      throw new ParetoError(
        'resource-exhausted',
        `the worker reports ${next.size} replicas, at most ${maxReplicas} are allowed`,
      );
    known = next;
    return {
      ...rest,
      replicas: [...next.values()],
      provisional: provisional.map(measurementFromWire),
      shapes: shapes.map(observedFromWire),
      measuring: measuring === '' ? undefined : variantId(measuring),
    };
  };
}
