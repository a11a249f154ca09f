// Carries out a plan: sets the orders to make and measure, and sends each worker its desired state when it changes.

import { sameItems, type PlanAction, type WorkerId } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { isSameState } from '../fleet/assignment-changes.js';
import { assignmentsFor } from './assignments.js';
import type { WorkTarget } from '@pareto/policy';
import type { Mirror } from '../storage/mirror.js';
import type { ClusterView } from '../cluster/observe.js';
import { isWanted } from './orders.js';
import { keepsUnregistered } from './unregistered-replicas.js';
import type { Assigner, WorkerStreamWriter } from '../fleet/worker-stream-writer.js';

interface AttachedWorker {
  readonly writer: WorkerStreamWriter;
  /** Objects that the assignments were computed from. If they are the same, so are the assignments. */
  seen: readonly unknown[];
  /** The assignments that were sent last. Undefined before the first. */
  sent: wire.AssignmentsInput | undefined;
}

export function createAssigner(mirror: Mirror, clusterView: () => ClusterView): Assigner {
  const writers = new Map<WorkerId, AttachedWorker>();
  /** The registry, the revision of the fleet and the settings that all workers were last compared with. */
  let compared: readonly unknown[] = [];

  const send = (attached: AttachedWorker, assignments: wire.AssignmentsInput): void => {
    if (attached.sent !== undefined && isSameState(attached.sent, assignments)) return;
    attached.sent = assignments;
    attached.writer.setAssignments(assignments);
  };
  const sendIfChanged = (attached: AttachedWorker, now: ClusterView): void => {
    const { worker } = attached.writer;
    const { registry, fleet, settled } = now;
    const own = [registry.assignments.get(worker), fleet.changedAt(worker)];
    const seen = [...own, registry.versions, settled, keepsUnregistered(now)];
    if (sameItems(attached.seen, seen)) return;
    attached.seen = seen;
    send(attached, assignmentsFor(now, worker, mirror.revision));
  };

  return {
    attach(writer) {
      const attached = { writer, seen: [], sent: undefined };
      writers.set(writer.worker, attached);
      sendIfChanged(attached, clusterView());
    },
    detach(writer) {
      if (writers.get(writer.worker)?.writer === writer) writers.delete(writer.worker);
    },
    withdrawOrders(worker) {
      const attached = writers.get(worker);
      if (attached?.sent !== undefined) send(attached, { ...attached.sent, measures: [], makes: [] });
    },
    apply(actions) {
      const now = clusterView();
      for (const worker of writers.keys()) dropUnwanted(now, worker);
      for (const action of actions) {
        if (action.kind === 'make' || action.kind === 'measure') now.fleet.order(action.worker, targetOf(action));
      }
      const current = [now.registry, now.fleet.revision, now.settled, keepsUnregistered(now)];
      if (sameItems(compared, current)) return;
      compared = current;
      for (const attached of writers.values()) sendIfChanged(attached, now);
    },
  };
}

function targetOf(action: Extract<PlanAction, { kind: WorkTarget['kind'] }>): WorkTarget {
  if (action.kind === 'make') {
    const { kind, architecture, version, recipe } = action;
    return { kind, architecture, version, recipe };
  }
  const { kind, variant, version, hardwareClass } = action;
  return { kind, variant, version, hardwareClass };
}

/** Withdraws the worker's order if its subject was deleted or another worker has finished it. */
function dropUnwanted({ fleet, registry }: ClusterView, worker: WorkerId): void {
  const ordered = fleet.ordered(worker);
  if (ordered !== undefined && !isWanted(registry, ordered)) fleet.order(worker, undefined);
}
