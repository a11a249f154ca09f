// The routing table: an immutable value with everything that a router needs to decide without I/O.

import type { Accuracy, Labels, Profile } from './registry.js';
import type { HardwareClassId, ReplicaId, UsdPerHour, VariantId, WorkerId } from './units.js';
import type { PartialObjective } from './objective.js';
import type { RuleInForce } from './rule.js';
import type { Signature } from './tensor.js';

/** A replica that is ready to be called. */
export interface ReplicaRoute {
  readonly id: ReplicaId;
  readonly worker: WorkerId;
  readonly address: string;
  /** Maximum number of items that the worker merges into one batch. */
  readonly batchCeiling: number;
}

/** Reason why a target excludes one of its candidates. */
export type Exclusion = 'denied' | 'not-pinned' | 'disagrees' | 'dominated';

/** A variant on one hardware class: the unit of selection. */
export interface Candidate {
  /** Index into the router's load arrays: small, and unique among the candidates of a table. */
  readonly index: number;
  readonly variant: VariantId;
  readonly architecture: string;
  readonly version: number;
  readonly recipe: string;
  readonly hardwareClass: HardwareClassId;
  /** Measured accuracy. Undefined if not measured. */
  readonly accuracy: Accuracy | undefined;
  /**
   * Rank by accuracy among the variants of the task, from 1. Equal ranks mean equal accuracies. Undefined if not measured,
   * or if the controller compares only point estimates.
   */
  readonly accuracyRank: number | undefined;
  /** Rank among the variants of the same architecture. */
  readonly accuracyRankWithin: number | undefined;
  /** Measured profile. Undefined if not profiled yet. */
  readonly profile: Profile | undefined;
  /** USD per 1,000 answers. Undefined if not profiled or not priced. */
  readonly costPer1k: number | undefined;
  /** Price of one slot. Undefined if not priced. */
  readonly usdPerHour: UsdPerHour | undefined;
  readonly maxBatchSize: number;
  /** Set if a connected worker could load the variant, or measure it first. */
  readonly placeable: boolean;
  /** Reason of the variant's quarantine. Undefined if the variant is not quarantined. */
  readonly quarantineReason: string | undefined;
  /** Reason why the variant's answers differ too much from the original's. Undefined if they do not. */
  readonly disagreement: string | undefined;
  /** Variant of the same task that dominates this one. Undefined if there is none. */
  readonly dominatedBy: VariantId | undefined;
  /** Set if a variant of the same architecture dominates this one too. */
  readonly dominatedWithin: boolean;
  /**
   * Error from measuring, if it failed on every hardware class of the connected workers. Undefined if it succeeded or
   * is pending.
   */
  readonly measurementError: string | undefined;
  /** Ready replicas only: empty means cold. */
  readonly replicas: readonly ReplicaRoute[];
}

/** The price of congestion, which selection uses while slots are too few. */
export interface CongestionPrices {
  /** USD per hour by which a slot is worth more than its price, by hardware class. Classes with enough slots are missing. */
  readonly usdPerHour: Readonly<Record<HardwareClassId, number>>;
  /** Worth of the greatest accuracy in an answer for a client who prefers accuracy, in USD. */
  readonly accuracyUsd: number;
  /** Worth of an answer in time, in USD. Plans miss the first part of a demand for less, and the last for more. 0 if it is unknown. */
  readonly missUsd: number;
}

/** The entry that a name resolves to. */
export interface TargetEntry {
  readonly kind: 'task' | 'architecture' | 'variant';
  readonly name: string;
  readonly task: string;
  /** Versions of the architecture, ascending. `1` for a task. */
  readonly versions: readonly number[];
  readonly signature: Signature;
  /** Labels by output. A task has those of all its architectures. */
  readonly labels: Labels;
  /** Quality metric of the task. Undefined if it has none. */
  readonly metric: string | undefined;
  readonly defaultObjective: PartialObjective;
  /** Maximum over the candidates. 0 means no batch dimension. */
  readonly maxBatchSize: number;
  /** Candidates of current versions, by ascending cost, unmeasured last. */
  readonly candidates: readonly Candidate[];
  /** Reasons in the order of `candidates`. Undefined if none is excluded. */
  readonly exclusions: readonly (Exclusion | undefined)[] | undefined;
  /** Rules in force for the target or one of its candidates. */
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
  /** Ready replicas of all candidates. */
  readonly replicas: readonly ReplicaRoute[];
  /** Missing while the slots suffice. */
  readonly congestion?: CongestionPrices | undefined;
  /** Variants with a replica that is loading. */
  readonly loading: ReadonlySet<VariantId>;
  /** Addresses (host:port) by router id. */
  readonly routers: ReadonlyMap<string, string>;
}
