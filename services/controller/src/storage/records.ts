// What the controller keeps in the store, and under which keys. Values are JSON; the schema version of packages/state
// covers them.

import type {
  Architecture,
  Assignment,
  InferCounts,
  Measurement,
  PlanAction,
  RecipeOutcome,
  ReplicaId,
  ReplicaReport,
  Rule,
  RuleEvent,
  Task,
  Variant,
  VariantId,
  WorkerId,
  WorkerInfo,
} from '@pareto/core';
import type { Operation } from '@pareto/state';

/**
 * Tasks and architectures share one namespace: whoever holds a name holds this key. `free`: nobody has it now. `current` is
 * the last version that an architecture of the name was given, if any was: none is ever given again.
 */
export interface NameRecord {
  readonly kind: 'task' | 'architecture' | 'free';
  readonly current?: number;
}

export interface WorkerRecord {
  readonly info: WorkerInfo;
  /** An operator asked for it to be emptied. */
  readonly draining: boolean;
}

/** What a worker last reported, written at a bounded rate; the counts in it are already in the counter records. */
export interface LoadRecord {
  readonly worker: WorkerId;
  readonly incarnation: string;
  /** False once the leader has given up waiting for it. */
  readonly present: boolean;
  readonly replicas: readonly CountedReport[];
}

/** Without the age of the last inference, which is none when it is read. */
export interface CountedReport extends ReplicaReport {
  /** Since the Unix epoch, by the clock of the controller that heard of it. */
  readonly lastInferenceWallMs?: number | undefined;
}

/** Of a variant, over all replicas that there ever were. */
export interface CounterRecord {
  readonly requests: number;
  readonly items: number;
  readonly executions: number;
  readonly failures: number;
  readonly busyMs: number;
  /** Without the age of the last inference. */
  readonly counts: InferCounts;
  /** Since the Unix epoch, by a controller's clock; undefined: there was none. */
  readonly lastInferenceWallMs?: number | undefined;
}

interface PlanRecord {
  readonly id: string;
  readonly atWallMs: number;
  readonly actions: readonly PlanAction[];
}

/** The plan was brought in line with what runs, for this epoch of the store. */
interface SettlementRecord {
  readonly epoch: string;
}

export interface Records {
  /** Addresses of the controllers that stand for election, as plain text: the oldest leads. */
  readonly candidates: string;
  readonly names: NameRecord;
  readonly tasks: Task;
  readonly architectures: Architecture;
  readonly outcomes: RecipeOutcome;
  readonly variants: Variant;
  readonly measurements: Measurement;
  readonly rules: Rule;
  /** The last of them, by when they came about. */
  readonly ruleEvents: RuleEvent;
  readonly assignments: Assignment;
  readonly workers: WorkerRecord;
  readonly loads: LoadRecord;
  readonly counters: CounterRecord;
  readonly plans: PlanRecord;
  readonly settlements: SettlementRecord;
}

export type RecordKind = keyof Records;

/** All there is as yet. */
export const tenant = 'default';

export const prefixes: Readonly<Record<RecordKind, string>> = {
  candidates: 'election/controller/',
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
  plans: 'plan/last',
  settlements: 'plan/settled',
};

export const nameKey = (name: string): string => prefixes.names + name;
export const taskKey = (name: string): string => prefixes.tasks + name;
export const architectureKey = (name: string, version: number): string => `${prefixes.architectures}${name}/${version}`;
export const outcomeKey = ({ architecture, version, recipe }: Omit<RecipeOutcome, 'result'>): string =>
  `${prefixes.outcomes}${architecture}/${version}/${recipe}`;
export const variantKey = (id: VariantId, version: number): string => `${prefixes.variants}${id}/${version}`;
export const measurementsPrefix = (id: VariantId, version: number): string =>
  `${prefixes.measurements}${id}/${version}/`;
export const measurementKey = (m: Measurement): string => measurementsPrefix(m.variant, m.version) + m.hardwareClass;
export const ruleKey = (id: string): string => prefixes.rules + id;
/** By age: a time of 9 digits of base 36 is good for 3,000 years. Nothing happens to a rule twice. */
export const ruleEventKey = ({ kind, atWallMs, rule }: RuleEvent): string =>
  `${prefixes.ruleEvents}${Math.floor(atWallMs).toString(36).padStart(9, '0')}-${rule.id}-${kind}`;
export const assignmentKey = (a: Pick<Assignment, 'worker' | 'replica'>): string =>
  assignmentsPrefix(a.worker) + a.replica;
const assignmentsPrefix = (worker: WorkerId): string => `${prefixes.assignments}${worker}/`;
export const workerKey = (id: WorkerId): string => prefixes.workers + id;
export const loadKey = (id: WorkerId): string => prefixes.loads + id;
export const counterKey = (id: VariantId, version: number): string => `${prefixes.counters}${id}/${version}`;
export const lastPlanKey: string = prefixes.plans;
export const settlementKey: string = prefixes.settlements;

/** Writes a record under its key. */
export const putRecord = (key: string, record: Records[RecordKind]): Operation => ({
  kind: 'put',
  key,
  value: JSON.stringify(record),
});

export const replicasById = (load: LoadRecord | undefined): ReadonlyMap<ReplicaId, CountedReport> =>
  new Map(load?.replicas.map((report) => [report.replica, report]));

/** All keys of an architecture's versions, and of their outcomes, variants, measurements and counters. */
export const architecturePrefixes = (name: string): readonly string[] => [
  `${prefixes.architectures}${name}/`,
  `${prefixes.outcomes}${name}/`,
  `${prefixes.variants}${name}:`,
  `${prefixes.measurements}${name}:`,
  `${prefixes.counters}${name}:`,
];
