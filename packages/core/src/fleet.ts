// Replicas and workers as the controller knows them.

import type { Bytes, HardwareClassId, Milliseconds, ReplicaId, VariantId, WorkerId } from './units.js';
import type { SlotGroup } from './hardware.js';

export type ReplicaState = 'loading' | 'warming' | 'ready' | 'draining' | 'failed';

/** A replica that the plan wants on a worker. */
export interface Assignment {
  readonly replica: ReplicaId;
  readonly variant: VariantId;
  readonly version: number;
  readonly worker: WorkerId;
  readonly hardwareClass: HardwareClassId;
}

/** A number of things that took time, and that time together. */
export interface TimedCount {
  readonly count: number;
  readonly ns: number;
}

/** Executions with one number of items. */
export interface BatchCount {
  readonly batchSize: number;
  readonly executions: number;
  readonly computeInputNs: number;
  readonly computeInferNs: number;
  readonly computeOutputNs: number;
}

/** What the Open Inference Protocol's statistics are made of. A query that a check turned away is in none of them. */
export interface InferCounts {
  /** Queries answered, from their receipt to their answer. */
  readonly success: TimedCount;
  readonly fail: TimedCount;
  /** Queries, until their batch began. */
  readonly queue: TimedCount;
  /** Queries, while their batch was put together. */
  readonly computeInput: TimedCount;
  readonly computeInfer: TimedCount;
  /** Queries, while answers were taken apart. */
  readonly computeOutput: TimedCount;
  /** By ascending batch size. */
  readonly batches: readonly BatchCount[];
  /** Undefined: none yet. */
  readonly lastInferenceAgeMs: Milliseconds | undefined;
}

/** What queries take time for. */
export type TimedStep = Exclude<keyof InferCounts, 'batches' | 'lastInferenceAgeMs'>;

const nothing: TimedCount = { count: 0, ns: 0 };

export const noCounts: InferCounts = {
  success: nothing,
  fail: nothing,
  queue: nothing,
  computeInput: nothing,
  computeInfer: nothing,
  computeOutput: nothing,
  batches: [],
  lastInferenceAgeMs: undefined,
};

/** What a worker last said of a replica. Counts are cumulative since the worker's incarnation began. */
export interface ReplicaReport {
  readonly replica: ReplicaId;
  readonly variant: VariantId;
  readonly version: number;
  readonly state: ReplicaState;
  /** Of a failure, or of the last executor's death. */
  readonly reason: string;
  readonly loadMs: Milliseconds;
  readonly memoryBytes: Bytes;
  readonly queuedItems: number;
  readonly runningItems: number;
  readonly requests: number;
  readonly items: number;
  readonly executions: number;
  readonly failures: number;
  /** Slot time held by batches. */
  readonly busyMs: Milliseconds;
  readonly executorDeaths: number;
  readonly counts: InferCounts;
  /** Queries that each ended two executors. */
  readonly poisonousQueries: number;
  readonly quarantined: boolean;
}

export interface WorkerInfo {
  readonly id: WorkerId;
  readonly incarnation: string;
  /** host:port that routers call. */
  readonly address: string;
  readonly slotGroups: readonly SlotGroup[];
  /** What its replicas may use together. */
  readonly memoryBytes: Bytes;
  readonly runtimeVersion: string;
}

/** The versions that a measurement on one of a worker's slot groups depends on. */
export const environmentOf = (runtimeVersion: string, { driver }: SlotGroup): string =>
  driver === '' ? runtimeVersion : `${runtimeVersion} driver ${driver}`;
