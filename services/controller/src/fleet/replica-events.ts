// Changes in the state of a worker's replicas as events. Pure.

import type { ReplicaId, WorkerId } from '@pareto/core';
import type { ClusterEvent } from '../events/events.js';
import type { LiveReplica } from './live-replica.js';

type Replicas = ReadonlyMap<ReplicaId, LiveReplica>;

/** What became of a worker's replicas between two reports. */
export function replicaEvents(worker: WorkerId, before: Replicas, after: Replicas): readonly ClusterEvent[] {
  return [...after].flatMap(([id, { report }]): readonly ClusterEvent[] => {
    const last = before.get(id)?.report;
    const common = { subject: report.variant, worker };
    if (report.quarantined && last?.quarantined !== true)
      return [{ ...common, kind: 'quarantine', reason: report.reason, warning: true }];
    if (report.state === last?.state) return [];
    if (report.state === 'failed') return [{ ...common, kind: 'failed', reason: report.reason, warning: true }];
    const isReload = last !== undefined && report.reason !== '';
    const how = isReload ? `again after: ${report.reason}` : `loaded in ${Math.round(report.loadMs)} ms`;
    return report.state === 'ready' ? [{ ...common, kind: 'ready', reason: how }] : [];
  });
}
