// The desired state that is sent to a worker, computed from the plan in the store.

import {
  priceOf,
  sameItems,
  shownMetric,
  type Assignment,
  type Measurement,
  type Profile,
  type WorkerId,
} from '@pareto/core';
import { batchCeiling } from '@pareto/policy';
import { profileToWire, variantSpecToWire, type Complete, type wire } from '@pareto/protocol';
import type { Revision } from '@pareto/state';
import type { ClusterView } from '../cluster/observe.js';
import { ordersOf } from './orders.js';
import { architectureOf, latencyOf, specOf, versionKey, type RegistryView } from '../registry/registry-view.js';
import { unregisteredReplicasOn } from './unregistered-replicas.js';

/**
 * Returns the worker's whole desired state. Until the plan is settled, the worker keeps all its replicas. Until its
 * first report was searched for replicas to adopt, it unloads none.
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
    keepUnlisted: !view.fleet.isAdopted(worker),
  };
}

interface CachedAssignment {
  readonly basis: readonly unknown[];
  readonly messages: readonly Complete<wire.ReplicaAssignmentInput>[];
}

const cache = new WeakMap<Assignment, CachedAssignment>();

/**
 * Returns the assignment for the wire, without a profile while the variant is unmeasured. Empty if the variant was
 * deleted. The same inputs give the same object.
 */
function replicaAssignment(
  { registry, prices }: ClusterView,
  assignment: Assignment,
): readonly Complete<wire.ReplicaAssignmentInput>[] {
  const known = registry.versions.get(versionKey(assignment.variant, assignment.version));
  if (known === undefined) return [];
  const { variant } = known;
  const task = registry.tasks.get(variant.task);
  const architecture = architectureOf(registry, variant.architecture, assignment.version);
  const basis = [variant, task, architecture, measurementOf(registry, assignment), prices];
  const cached = cache.get(assignment);
  if (sameItems(cached?.basis, basis)) return cached?.messages ?? [];
  const spec = specOf(registry, variant);
  const profile = profileOf(registry, assignment);
  const messages =
    spec === undefined
      ? []
      : [
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
  cache.set(assignment, { basis, messages });
  return messages;
}

/** Returns the largest batch that the worker may form. 1 while the variant is unmeasured. */
export function ceilingOf(registry: RegistryView, assignment: Assignment): number {
  const profile = profileOf(registry, assignment);
  const known = registry.versions.get(versionKey(assignment.variant, assignment.version));
  if (profile === undefined || known === undefined) return 1;
  return batchCeiling(profile, latencyOf(registry, known.variant.task));
}

function profileOf(registry: RegistryView, assignment: Assignment): Profile | undefined {
  const measurement = measurementOf(registry, assignment);
  return measurement?.result.kind === 'measured' ? measurement.result.profile : undefined;
}

const measurementOf = (
  { versions }: RegistryView,
  { variant, version, hardwareClass }: Assignment,
): Measurement | undefined =>
  versions.get(versionKey(variant, version))?.measurements.find((one) => one.hardwareClass === hardwareClass);
