// The routing table: immutable, everything a router needs to decide without I/O.

import type { Accuracy, Labels, Profile } from './registry.js';
import type { HardwareClassId, ReplicaId, UsdPerHour, VariantId, WorkerId } from './units.js';
import type { PartialObjective } from './objective.js';
import type { RuleInForce } from './rule.js';
import type { Signature } from './tensor.js';

/** A replica that is ready, and may be called. */
export interface ReplicaRoute {
  readonly id: ReplicaId;
  /** Of the router's load arrays: small, and another for each replica of a table. */
  readonly loadIndex: number;
  readonly worker: WorkerId;
  readonly address: string;
  /** What the worker may merge into one batch. */
  readonly batchCeiling: number;
}

/** Why a target leaves one of its candidates out. */
export type Exclusion = 'denied' | 'not-pinned' | 'dominated';

/** A variant on one hardware class: the unit of selection. */
export interface Candidate {
  /** Of the router's load arrays: small, and another for each candidate of a table. */
  readonly index: number;
  readonly variant: VariantId;
  readonly architecture: string;
  readonly version: number;
  readonly recipe: string;
  readonly hardwareClass: HardwareClassId;
  /** Undefined: unmeasured. */
  readonly accuracy: Accuracy | undefined;
  /** Undefined: not profiled yet. */
  readonly profile: Profile | undefined;
  /** USD per 1,000 answers; undefined when not profiled or not priced. */
  readonly costPer1k: number | undefined;
  /** Of one slot; undefined when not priced. */
  readonly usdPerHour: UsdPerHour | undefined;
  readonly maxBatchSize: number;
  /** Some connected worker could load it, or measure it first. */
  readonly placeable: boolean;
  /** Why it is served no more; undefined: it is served. */
  readonly quarantineReason: string | undefined;
  /** The variant that it is dominated by, of its task; undefined: by none. */
  readonly dominatedBy: VariantId | undefined;
  /** One of its own architecture dominates it too. */
  readonly dominatedWithin: boolean;
  /** Why it could not be measured on any class that connected workers have; undefined: it was, or will be. */
  readonly measurementError: string | undefined;
  /** Ready ones only, so that empty means cold. */
  readonly replicas: readonly ReplicaRoute[];
}

/** What a name resolves to. */
export interface TargetEntry {
  readonly kind: 'task' | 'architecture' | 'variant';
  readonly name: string;
  readonly task: string;
  /** Architecture versions, ascending; `1` for a task. */
  readonly versions: readonly number[];
  readonly signature: Signature;
  /** Of a task, those of all its architectures. */
  readonly labels: Labels;
  readonly metric: string;
  readonly defaultObjective: PartialObjective;
  /** The largest that any candidate serves; 0: no batch dimension. */
  readonly maxBatchSize: number;
  /** Current versions only; by ascending cost, unmeasured last. */
  readonly candidates: readonly Candidate[];
  /** By candidate; undefined when none is left out. */
  readonly exclusions: readonly (Exclusion | undefined)[] | undefined;
  /** In force, and about it or one of its candidates. */
  readonly rules: readonly RuleInForce[];
}

export interface TableVersion {
  readonly epoch: string;
  readonly revision: number;
}

export interface RoutingTable {
  readonly version: TableVersion;
  readonly targets: ReadonlyMap<string, TargetEntry>;
  readonly candidates: readonly Candidate[];
  /** Every callable replica. */
  readonly replicas: readonly ReplicaRoute[];
  /** Variants of which a replica is being loaded. */
  readonly loading: ReadonlySet<VariantId>;
  /** Router id → host:port. */
  readonly routers: ReadonlyMap<string, string>;
}
