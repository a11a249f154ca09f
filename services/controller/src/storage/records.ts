// The controller's records in the store and their keys. Values are JSON, and are covered by the schema version of
// packages/state.

import {
  hardwareClassOf,
  type Architecture,
  type Assignment,
  type InferCounts,
  type HardwareClassId,
  type Measurement,
  type PlanAction,
  type PlanQuality,
  type RecipeOutcome,
  type ReplicaCount,
  type ReplicaId,
  type ReplicaReport,
  type Rule,
  type RuleEvent,
  type Task,
  type UnmetNeed,
  type Variant,
  type VariantId,
  type VersionChange,
  type WorkerId,
  type WorkerInfo,
} from '@pareto/core';
import { declaredKey, type Operation } from '@pareto/state';

/**
 * A name in the namespace that tasks and architectures share. `free` means that the name is not in use. `current` is
 * the highest version that an architecture of this name ever had, because versions are never reused.
 */
export interface NameRecord {
  readonly kind: 'task' | 'architecture' | 'free';
  readonly current?: number;
  /**
   * Latest changes of the current version, oldest first: the last one leads to it. Undefined if there was none, and after
   * a registration by an older release; then the highest version is current.
   */
  readonly changes?: readonly VersionChange[];
}

export interface WorkerRecord {
  readonly info: WorkerInfo;
  /** Set if an operator requested to drain the worker. */
  readonly draining: boolean;
}

/** The last written report of a worker. Its counts are already in the counter records. */
export interface LoadRecord {
  readonly worker: WorkerId;
  readonly incarnation: string;
  /** Set if the worker is connected or awaited. False once its time to rejoin is over. */
  readonly present: boolean;
  /** Set if its process was stopped as planned. It then stays present, and is awaited by the next leader alone. */
  readonly departed?: boolean;
  readonly replicas: readonly CountedReport[];
}

/** A replica report with the time of the last inference instead of its age. */
export interface CountedReport extends ReplicaReport {
  /** Time since the Unix epoch, by the clock of the controller that received the report. */
  readonly lastInferenceWallMs?: number | undefined;
}

/** Counts of a variant over all replicas that ever existed. */
export interface CounterRecord {
  readonly requests: number;
  readonly items: number;
  readonly executions: number;
  readonly failures: number;
  readonly busyMs: number;
  /** Counts for the protocol's statistics, without the age of the last inference. */
  readonly counts: InferCounts;
  /** Time of the last inference since the Unix epoch, by a controller's clock. Undefined if there was none. */
  readonly lastInferenceWallMs?: number | undefined;
}

/** A plan that changed replicas: what it was planned for, what runs on which hardware, and why. */
export interface PlanRecord {
  readonly id: string;
  readonly atWallMs: number;
  /** Quality, with the age that it had at the time of the plan. */
  readonly quality: Omit<PlanQuality, 'at'> & { readonly ageMs: number };
  readonly replicas: readonly PlannedReplicas[];
  readonly demands: readonly PlannedDemand[];
  readonly classes: readonly PlannedClass[];
  readonly actions: readonly PlanAction[];
  readonly unmet: readonly UnmetNeed[];
  /** Totals, also of rows that are omitted. */
  readonly counts: {
    readonly loads: number;
    readonly unloads: number;
    readonly replicas: number;
    readonly itemsPerSecond: number;
  };
  /** Number of rows of replicas that the record lacks, because there are too many. */
  readonly omitted: number;
}

/** The replicas of a version of a variant on a hardware class, with the source and the reason of their most important need. */
export interface PlannedReplicas extends ReplicaCount {
  /** Name of the need's source. Empty if they meet no need. */
  readonly source: string;
  readonly reason: string;
}

/** Queries for one target with objectives of one class. */
export interface PlannedDemand {
  readonly task: string;
  /** The variant that selection prefers for them. */
  readonly variant: VariantId;
  readonly latencyMs: number;
  readonly itemsPerSecond: number;
  readonly prefersAccuracy: boolean;
}

/** The slots of a hardware class. */
export interface PlannedClass {
  readonly hardwareClass: HardwareClassId;
  readonly workers: number;
  readonly slots: number;
  /** Price of one slot. 0 if it is not configured. */
  readonly usdPerHour: number;
  /** Worth of a slot more beyond its price. 0 while they suffice. Missing in plans of older controllers. */
  readonly congestionUsdPerHour?: number;
}

/** The plan that an operator froze. */
export interface FreezeRecord {
  /** Revision of the plan that the operator went back to. Undefined if the plan in force was frozen. */
  readonly revision?: number;
  readonly atWallMs: number;
  readonly by: string;
  readonly reason: string;
  readonly replicas: readonly ReplicaCount[];
  /** Set once an operator has ended the freeze. The replicas are left out then. */
  readonly ended?: { readonly by: string };
}

/** The epoch of the store for which the plan was settled: running replicas were adopted. */
interface SettlementRecord {
  readonly epoch: string;
}

/** An action or observation of a leader. */
export interface LoggedEvent {
  /** Ids ascend across leaders. Some are missing: those of events that occurred again. */
  readonly id: number;
  readonly atWallMs: number;
  /** Kind for operators to search: load, measured, failed, worker, rule … */
  readonly kind: string;
  /** Variant, architecture, task or worker that the event is about. */
  readonly subject: string;
  readonly worker?: string;
  /** Human-readable reason. */
  readonly reason: string;
  readonly warning?: boolean;
  /** Number of occurrences that the leader counted. */
  readonly count: number;
}

/** Consecutive events, oldest first and never empty. */
export interface EventsRecord {
  readonly events: readonly LoggedEvent[];
}

export interface Records {
  /** Addresses of the election candidates, as plain text. The oldest candidate leads. */
  readonly candidates: string;
  /** Epoch that a finished restore or an operator declared, as plain text. */
  readonly declarations: string;
  readonly names: NameRecord;
  readonly tasks: Task;
  readonly architectures: Architecture;
  readonly outcomes: RecipeOutcome;
  readonly variants: Variant;
  readonly measurements: Measurement;
  readonly rules: Rule;
  /** The latest events about rules, ordered by time. */
  readonly ruleEvents: RuleEvent;
  readonly assignments: Assignment;
  readonly workers: WorkerRecord;
  readonly loads: LoadRecord;
  readonly counters: CounterRecord;
  readonly plans: PlanRecord;
  readonly freezes: FreezeRecord;
  readonly settlements: SettlementRecord;
  readonly events: EventsRecord;
}

export type RecordKind = keyof Records;

/** The only tenant. */
export const tenant = 'default';

export const prefixes: Readonly<Record<RecordKind, string>> = {
  candidates: 'election/controller/',
  declarations: declaredKey,
  names: `name/${tenant}/`,
  tasks: `task/${tenant}/`,
  architectures: `architecture/${tenant}/`,
  outcomes: `recipe/${tenant}/`,
  variants: `variant/${tenant}/`,
  measurements: `measurement/${tenant}/`,
  rules: `rule/${tenant}/`,
  ruleEvents: `rule-event/${tenant}/`,
  assignments: 'assignment/',
  workers: 'worker/',
  loads: 'load/',
  counters: `counter/${tenant}/`,
  plans: 'plan/at/',
  freezes: 'plan/freeze',
  settlements: 'plan/settled',
  events: 'event/',
};

export const nameKey = (name: string): string => prefixes.names + name;
export const nameIn = (key: string): string => key.slice(prefixes.names.length);
export const taskKey = (name: string): string => prefixes.tasks + name;
export const architectureKey = (name: string, version: number): string => `${prefixes.architectures}${name}/${version}`;
export const outcomeKey = ({ architecture, version, recipe }: Omit<RecipeOutcome, 'result'>): string =>
  `${prefixes.outcomes}${architecture}/${version}/${recipe}`;
export const variantKey = (id: VariantId, version: number): string => `${prefixes.variants}${id}/${version}`;
export const measurementsPrefix = (id: VariantId, version: number): string =>
  `${prefixes.measurements}${id}/${version}/`;
export const measurementKey = (m: Pick<Measurement, 'variant' | 'version' | 'hardwareClass'>): string =>
  measurementsPrefix(m.variant, m.version) + m.hardwareClass;
export const ruleKey = (id: string): string => prefixes.rules + id;
/**
 * Returns a key that sorts by time: 9 digits of base 36 last for 3,000 years. A rule has at most one event of each
 * kind.
 */
export const ruleEventKey = ({ kind, atWallMs, rule }: RuleEvent): string =>
  `${prefixes.ruleEvents}${Math.floor(atWallMs).toString(36).padStart(9, '0')}-${rule.id}-${kind}`;
export const assignmentKey = (a: Pick<Assignment, 'worker' | 'replica'>): string =>
  assignmentsPrefix(a.worker) + a.replica;
const assignmentsPrefix = (worker: WorkerId): string => `${prefixes.assignments}${worker}/`;
export const workerKey = (id: WorkerId): string => prefixes.workers + id;
export const loadKey = (id: WorkerId): string => prefixes.loads + id;
export const counterKey = (id: VariantId, version: number): string => `${prefixes.counters}${id}/${version}`;
/** Key of the last plan in the stores of older releases. */
export const formerPlanKey = 'plan/last';
/** Returns the key of a plan. Keys sort by the revisions. */
export const planKey = (revision: number): string => prefixes.plans + String(revision).padStart(12, '0');
export const planRevisionIn = (key: string): number => Number(key.slice(prefixes.plans.length));
export const freezeKey: string = prefixes.freezes;
export const settlementKey: string = prefixes.settlements;
/** Returns the key of the record whose first event had this id when it was created. Keys sort by the ids. */
export const eventsKey = (id: number): string => prefixes.events + String(id).padStart(16, '0');

/** Writes a record under its key. A measurement is written with the hardware class in the key. */
export function putRecord(key: string, record: Records[RecordKind]): Operation {
  const isMeasurement = key.startsWith(prefixes.measurements) && typeof record === 'object';
  const stored = isMeasurement ? { ...record, hardwareClass: classIn(key) } : record;
  return { kind: 'put', key, value: JSON.stringify(stored) };
}

/** Returns the hardware class in a measurement's key. It has a memory if the store has it (see `stored-classes.ts`). */
const classIn = (key: string): string => key.slice(prefixes.measurements.length).split('/').slice(2).join('/');

/** Returns the key that the measurements of one variant have on a hardware class, whatever memory is in their keys. */
export const measurementTableKey = (key: string): string =>
  key.slice(0, key.length - classIn(key).length) + hardwareClassOf(classIn(key));

export const replicasById = (load: LoadRecord | undefined): ReadonlyMap<ReplicaId, CountedReport> =>
  new Map(load?.replicas.map((report) => [report.replica, report]));

/**
 * Returns the key prefixes of an architecture's versions, and of their outcomes, variants, measurements and counters.
 */
export const architecturePrefixes = (name: string): readonly string[] => [
  `${prefixes.architectures}${name}/`,
  `${prefixes.outcomes}${name}/`,
  `${prefixes.variants}${name}:`,
  `${prefixes.measurements}${name}:`,
  `${prefixes.counters}${name}:`,
];
