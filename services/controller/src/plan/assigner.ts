// Carries out a plan: sets the orders to make and measure, and sends every connected worker its desired state when it
// changes.

import type { PlanAction, WorkerId } from '@pareto/core';
import { assignmentsFor } from './assignments.js';
import type { WorkTarget } from '../fleet/live-worker.js';
import type { Mirror } from '../storage/mirror.js';
import type { ClusterView } from '../cluster/observe.js';
import { isWanted } from './orders.js';
import { unregisteredReplicasOn } from './unregistered-replicas.js';
import type { Assigner, WorkerStreamWriter } from '../fleet/worker-stream-writer.js';

interface AttachedWorker {
  readonly writer: WorkerStreamWriter;
  /** Objects that the text was computed from. If they are the same, so is the text. */
  basis: readonly unknown[];
  text: string;
}

export function createAssigner(mirror: Mirror, clusterView: () => ClusterView): Assigner {
  const writers = new Map<WorkerId, AttachedWorker>();

  const sendIfChanged = (attached: AttachedWorker, now: ClusterView): void => {
    const { worker } = attached.writer;
    const basis = basisOf(now, worker);
    if (basis.every((part, i) => part === attached.basis[i])) return;
    attached.basis = basis;
    const assignments = assignmentsFor(now, worker, mirror.revision);
    const text = JSON.stringify({ ...assignments, revision: 0 });
    if (text === attached.text) return;
    attached.text = text;
    attached.writer.setAssignments(assignments);
  };

  return {
    attach(writer) {
      const attached = { writer, basis: [], text: '' };
      writers.set(writer.worker, attached);
      sendIfChanged(attached, clusterView());
    },
    detach(writer) {
      if (writers.get(writer.worker)?.writer === writer) writers.delete(writer.worker);
    },
    apply(actions) {
      const now = clusterView();
      for (const worker of writers.keys()) dropUnwanted(now, worker);
      for (const action of actions) {
        if (action.kind === 'make' || action.kind === 'measure') now.fleet.order(action.worker, targetOf(action));
      }
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

/** Returns all inputs of `assignmentsFor`. */
const basisOf = (view: ClusterView, worker: WorkerId): readonly unknown[] => [
  view.registry.versions,
  view.registry.assignments.get(worker),
  view.fleet.ordered(worker),
  view.settled,
  view.fleet.lastReport(worker) === undefined,
  unregisteredReplicasOn(view, worker).join(),
];
