// What the controller wants of this worker, as domain values.

import {
  digest,
  hardwareClassId,
  replicaId,
  type Digest,
  type HardwareClassId,
  type Metric,
  type Profile,
  type ReplicaId,
  type VariantSpec,
} from '@pareto/core';
import { metricFromWire, profileFromWire, variantSpecFromWire, type wire } from '@pareto/rpc';

/** A replica to hold. */
export interface AssignedReplica {
  readonly replica: ReplicaId;
  readonly spec: VariantSpec;
  readonly hardwareClass: HardwareClassId;
  /** How many items may be merged into one batch. */
  readonly batchCeiling: number;
  /** Undefined: not profiled yet. Without points: it was loaded, and not run. */
  readonly profile: Profile | undefined;
  /** Of one slot; 0: not priced. */
  readonly usdPerHour: number;
}

/** A variant to measure. */
export interface MeasureOrder {
  readonly spec: VariantSpec;
  readonly hardwareClass: HardwareClassId;
  readonly metric: Metric;
  /** Undefined: only the profile is wanted. */
  readonly validation: Digest | undefined;
  /** What its answers are compared with; undefined: it is the original itself. */
  readonly original: VariantSpec | undefined;
}

/** A file to make of a trained model. */
export interface MakeOrder {
  readonly architecture: string;
  readonly version: number;
  readonly recipe: string;
  /** What it is made from. */
  readonly original: VariantSpec;
  readonly metric: Metric;
  /** Undefined: there are no samples to calibrate on, or to compare with. */
  readonly validation: Digest | undefined;
  /** The largest batch that a file with a dynamic batch would be served with. */
  readonly maxBatchSize: number;
}

/** The whole desired state. */
export interface DesiredState {
  readonly replicas: readonly AssignedReplica[];
  readonly makes: readonly MakeOrder[];
  readonly measures: readonly MeasureOrder[];
  /** The controller is still learning what runs: what is not listed stays as it is. */
  readonly keepUnlisted: boolean;
  /** Replicas that stay as they are, which the controller knows nothing more of. */
  readonly kept: readonly ReplicaId[];
}

function assignedReplica(message: wire.ReplicaAssignment): AssignedReplica {
  const { profile } = message;
  return {
    replica: replicaId(message.replicaId),
    spec: variantSpecFromWire(message.spec),
    hardwareClass: hardwareClassId(message.hardwareClass),
    batchCeiling: Math.max(1, message.batchCeiling),
    profile: profile === null || isEmpty(profile) ? undefined : profileFromWire(profile),
    usdPerHour: message.usdPerHour,
  };
}

const isEmpty = ({ points, notRunReason }: wire.Profile): boolean => points.length === 0 && notRunReason === '';

function measureOrder(message: wire.MeasureOrder): MeasureOrder {
  return {
    spec: variantSpecFromWire(message.spec),
    hardwareClass: hardwareClassId(message.hardwareClass),
    metric: metricFromWire(message.metric),
    validation: digestOf(message.validationDigest),
    original: message.original === null ? undefined : variantSpecFromWire(message.original),
  };
}

function makeOrder(message: wire.MakeOrder): MakeOrder {
  const { architecture, version, recipe, maxBatchSize } = message;
  return {
    architecture,
    version,
    recipe,
    original: variantSpecFromWire(message.original),
    metric: metricFromWire(message.metric),
    validation: digestOf(message.validationDigest),
    maxBatchSize,
  };
}

const digestOf = (text: string): Digest | undefined => (text === '' ? undefined : digest(text));

/** Throws `invalid-argument` when the controller speaks of what this worker does not know. */
export const desiredStateFromWire = (message: wire.Assignments): DesiredState => ({
  replicas: message.replicas.filter(({ spec }) => spec !== null).map(assignedReplica),
  makes: message.makes.map(makeOrder),
  measures: message.measures.map(measureOrder),
  keepUnlisted: message.keepUnlisted,
  kept: message.replicas.flatMap((one) => (one.spec === null ? [replicaId(one.replicaId)] : [])),
});

/** What is to change so that a worker that holds `held` comes to what is ordered. The same orders again change nothing. */
export function planReconcile(
  held: ReadonlyMap<ReplicaId, { readonly assignment: AssignedReplica }>,
  desired: DesiredState,
): {
  readonly load: readonly AssignedReplica[];
  readonly update: readonly AssignedReplica[];
  readonly drain: readonly ReplicaId[];
} {
  const wanted = new Set([...desired.replicas.map(({ replica }) => replica), ...desired.kept]);
  return {
    load: desired.replicas.filter(({ replica }) => !held.has(replica)),
    update: desired.replicas.filter(
      (assignment) => held.has(assignment.replica) && held.get(assignment.replica)?.assignment !== assignment,
    ),
    drain: desired.keepUnlisted ? [] : [...held.keys()].filter((replica) => !wanted.has(replica)),
  };
}
