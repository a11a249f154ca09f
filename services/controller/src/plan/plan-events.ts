// A plan's actions, and reports of workers, as events. Pure.

import type { PlanAction, ReplicaId, WorkerId } from '@pareto/core';
import type { ValidatedPlan } from '@pareto/policy';
import type { ClusterEvent } from '../events/events.js';
import type { LiveReplica } from '../fleet/live-replica.js';

export function actionEvent(action: PlanAction): ClusterEvent {
  const { kind, reason } = action;
  if (action.kind === 'make')
    return { kind, subject: `${action.architecture}:${action.recipe}`, worker: action.worker, reason };
  const { variant, worker } = action.kind === 'measure' ? action : action.assignment;
  return { kind, subject: variant, worker, reason };
}

export function dropEvent({ action, reason }: ValidatedPlan['dropped'][number]): ClusterEvent {
  const planned = actionEvent(action);
  return { ...planned, kind: 'drop', reason: `not done after all (${planned.kind}: ${planned.reason}): ${reason}` };
}

type Replicas = ReadonlyMap<ReplicaId, LiveReplica>;

/** What became of a worker's replicas between two reports. */
export function replicaEvents(worker: WorkerId, before: Replicas, after: Replicas): readonly ClusterEvent[] {
  return [...after].flatMap(([id, { report }]): readonly ClusterEvent[] => {
    const last = before.get(id)?.report;
    const said = { subject: report.variant, worker };
    if (report.quarantined && last?.quarantined !== true)
      return [{ ...said, kind: 'quarantine', reason: report.reason, warning: true }];
    if (report.state === last?.state) return [];
    if (report.state === 'failed') return [{ ...said, kind: 'failed', reason: report.reason, warning: true }];
    const isAgain = last !== undefined && report.reason !== '';
    const how = isAgain ? `again after: ${report.reason}` : `loaded in ${Math.round(report.loadMs)} ms`;
    return report.state === 'ready' ? [{ ...said, kind: 'ready', reason: how }] : [];
  });
}
