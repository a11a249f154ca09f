// Events about state changes of a worker's replicas. Pure.

import type { ReplicaId, WorkerId } from '@pareto/core';
import type { LiveReplica } from '@pareto/policy';
import type { ClusterEvent } from '../events/repeats.js';

type Replicas = ReadonlyMap<ReplicaId, Pick<LiveReplica, 'report' | 'interferedAt'>>;

/** Returns the events between two reports of a worker. */
export function replicaEvents(worker: WorkerId, before: Replicas, after: Replicas): readonly ClusterEvent[] {
  return [...after].flatMap(([id, { report, interferedAt }]): readonly ClusterEvent[] => {
    const last = before.get(id)?.report;
    const common = { subject: report.variant, worker };
    if (report.quarantined && last?.quarantined !== true)
      return [{ ...common, kind: 'quarantine', reason: report.reason, warning: true }];
    if (report.mixedReason !== '' && report.mixedReason !== last?.mixedReason)
      return [
        {
          ...common,
          kind: 'mixed',
          reason: `its queries share no batch any more: ${report.mixedReason}`,
          warning: true,
        },
      ];
    if (report.state === last?.state)
      return interferenceEvents(common, interferedAt !== undefined, before.get(id)?.interferedAt !== undefined);
    if (report.state === 'failed') return [{ ...common, kind: 'failed', reason: report.reason, warning: true }];
    const isReload = last !== undefined && report.reason !== '';
    const how = isReload ? `again after: ${report.reason}` : `loaded in ${Math.round(report.loadMs)} ms`;
    return report.state === 'ready' ? [{ ...common, kind: 'ready', reason: how }] : [];
  });
}

/** Returns the event of a replica that other load disturbs, or has not disturbed for a minute. */
function interferenceEvents(
  common: Pick<ClusterEvent, 'subject' | 'worker'>,
  isInterfered: boolean,
  wasInterfered: boolean,
): readonly ClusterEvent[] {
  if (isInterfered === wasInterfered) return [];
  return isInterfered
    ? [{ ...common, kind: 'interfered', reason: 'its batches take over 1.25 times as long as profiled', warning: true }]
    : [
        {
          ...common,
          kind: 'interfered',
          reason: 'no batch has taken over 1.25 times as long as profiled for a minute',
        },
      ];
}
