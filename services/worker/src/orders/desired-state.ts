// Desired state of this worker: the controller's assignments as domain values.

import {
  digest,
  hardwareClassId,
  ParetoError,
  replicaId,
  type Digest,
  type HardwareClassId,
  type Metric,
  type ShapeBucket,
  type VariantSpec,
} from '@pareto/core';
import type { AssignedReplica, DesiredReplicas } from '@pareto/policy';
import { bucketFromWire, metricFromWire, profileFromWire, variantSpecFromWire, type wire } from '@pareto/protocol';

/** Order to measure a variant. */
export interface MeasureOrder {
  readonly spec: VariantSpec;
  readonly hardwareClass: HardwareClassId;
  readonly metric: Metric;
  /** Validation set to measure the accuracy on. Undefined if only the profile is measured. */
  readonly validation: Digest | undefined;
  /** Variant to compare the outputs with. Undefined if `spec` is the original itself. */
  readonly original: VariantSpec | undefined;
  /** Shapes of inputs with dynamic dimensions to measure in addition. */
  readonly buckets: readonly ShapeBucket[];
}

/** Order to generate a file from a trained model. */
export interface MakeOrder {
  readonly architecture: string;
  readonly version: number;
  readonly recipe: string;
  /** Variant of the trained model that the file is generated from. */
  readonly original: VariantSpec;
  readonly metric: Metric;
  /** Validation set to calibrate on and to compare on. Undefined if the task has none. */
  readonly validation: Digest | undefined;
  /** Maximum batch size that a file with a dynamic batch would be served with. */
  readonly maxBatchSize: number;
}

/** Complete desired state of a worker. */
export interface DesiredState extends DesiredReplicas {
  readonly makes: readonly MakeOrder[];
  readonly measures: readonly MeasureOrder[];
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
    metric: message.metric === '' ? undefined : metricFromWire(message.metric),
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
    buckets: message.buckets.map(bucketFromWire),
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

/**
 * Creates a function that returns the desired state after each message of one session: a whole state, or the changes in the one
 * before. A replica that did not change is the same object. It throws `invalid-argument` while the state has values that this worker
 * does not support, and for changes before the first whole state.
 */
export function createDesiredStateReader(): (message: wire.Assignments) => DesiredState {
  /** Listed replicas by id. Undefined: it is kept as it is. */
  const listed = new Map<string, AssignedReplica | ParetoError | undefined>();
  let isWhole = false;
  return ({ replicas, onlyChanges, removed, makes, measures, keepUnlisted }) => {
    if (onlyChanges && !isWhole)
      throw new ParetoError('invalid-argument', 'changes of assignments arrived before the first whole ones');
    if (!onlyChanges) listed.clear();
    isWhole = true;
    for (const id of removed) listed.delete(id);
    for (const one of replicas) listed.set(one.replicaId, one.spec === null ? undefined : readReplica(one));
    return {
      replicas: [...listed.values()].filter((one) => one !== undefined).map(orThrow),
      makes: makes.map(makeOrder),
      measures: measures.map(measureOrder),
      keepUnlisted,
      kept: [...listed].flatMap(([id, one]) => (one === undefined ? [replicaId(id)] : [])),
    };
  };
}

/** Returns the replica, or the error of a value that this worker does not support. */
function readReplica(message: wire.ReplicaAssignment): AssignedReplica | ParetoError {
  try {
    return assignedReplica(message);
  } catch (error) {
    if (error instanceof ParetoError) return error;
    throw error;
  }
}

function orThrow(one: AssignedReplica | ParetoError): AssignedReplica {
  if (one instanceof ParetoError) throw one;
  return one;
}
