// What the controller assigns to a worker: the replicas that it should hold.

import type { HardwareClassId, Metric, Profile, ReplicaId, VariantSpec } from '@pareto/core';

/** A replica that the worker should hold. */
export interface AssignedReplica {
  readonly replica: ReplicaId;
  readonly spec: VariantSpec;
  readonly hardwareClass: HardwareClassId;
  /** Maximum number of items merged into one batch. */
  readonly batchCeiling: number;
  /**
   * Profile on the hardware class; undefined if not measured yet. A profile without points means that the variant was
   * loaded but not run.
   */
  readonly profile: Profile | undefined;
  /** Price of one slot in USD per hour. 0 means that no price is set. */
  readonly usdPerHour: number;
  /** Metric of the task. Undefined if it has none. */
  readonly metric?: Metric | undefined;
}

/** The replicas that the worker should hold. */
export interface DesiredReplicas {
  readonly replicas: readonly AssignedReplica[];
  /** Set while the controller is still collecting the running replicas: replicas that are not listed stay loaded. */
  readonly keepUnlisted: boolean;
  /** Replicas that stay loaded unchanged, because the controller has only their ids. */
  readonly kept: readonly ReplicaId[];
}
