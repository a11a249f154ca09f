// The desired state that is sent to a worker, computed from the plan in the store.

import { priceOf, shownMetric, type Assignment, type Profile, type WorkerId } from '@pareto/core';
import { batchCeiling } from '@pareto/policy';
import { profileToWire, variantSpecToWire, type Complete, type wire } from '@pareto/rpc';
import type { Revision } from '@pareto/state';
import type { ClusterView } from '../cluster/observe.js';
import { ordersOf } from './orders.js';
import { latencyOf, specOf, versionKey, type RegistryView } from '../registry/registry-view.js';
import { unregisteredReplicasOn } from './unregistered-replicas.js';

/**
 * Returns the worker's whole desired state. Until the plan is settled, the worker keeps all its replicas. Until its
 * first report, it unloads none.
 */
export function assignmentsFor(view: ClusterView, worker: WorkerId, revision: Revision): wire.AssignmentsInput {
  if (!view.settled) return { revision, replicas: [], measures: [], makes: [], keepUnlisted: true };
  const assigned = view.registry.assignments.get(worker) ?? [];
  return {
    revision,
    replicas: [
      ...assigned.flatMap((assignment) => replicaAssignment(view, assignment)),
      ...unregisteredReplicasOn(view, worker).map((replicaId) => ({ replicaId })),
    ],
    ...ordersOf(view.registry, view.fleet.ordered(worker)),
    keepUnlisted: view.fleet.lastReport(worker) === undefined,
  };
}

/**
 * Returns the assignment for the wire, without a profile while the variant is unmeasured. Empty if the variant was
 * deleted.
 */
function replicaAssignment(
  view: ClusterView,
  assignment: Assignment,
): readonly Complete<wire.ReplicaAssignmentInput>[] {
  const { registry, prices } = view;
  const known = registry.versions.get(versionKey(assignment.variant, assignment.version));
  const spec = known === undefined ? undefined : specOf(registry, known.variant);
  if (spec === undefined) return [];
  const profile = profileOf(registry, assignment);
  const task = registry.tasks.get(known?.variant.task ?? '');
  return [
    {
      replicaId: assignment.replica,
      spec: variantSpecToWire(spec),
      hardwareClass: assignment.hardwareClass,
      batchCeiling: ceilingOf(registry, assignment),
      profile: profile === undefined ? null : profileToWire(profile),
      usdPerHour: priceOf(prices, assignment.hardwareClass) ?? 0,
      metric: task && shownMetric(task),
    },
  ];
}

/** Returns the largest batch that the worker may form. 1 while the variant is unmeasured. */
export function ceilingOf(registry: RegistryView, assignment: Assignment): number {
  const profile = profileOf(registry, assignment);
  const known = registry.versions.get(versionKey(assignment.variant, assignment.version));
  if (profile === undefined || known === undefined) return 1;
  return batchCeiling(profile, latencyOf(registry, known.variant.task));
}

function profileOf(registry: RegistryView, { variant, version, hardwareClass }: Assignment): Profile | undefined {
  const known = registry.versions.get(versionKey(variant, version));
  const measurement = known?.measurements.find((m) => m.hardwareClass === hardwareClass);
  return measurement?.result.kind === 'measured' ? measurement.result.profile : undefined;
}
