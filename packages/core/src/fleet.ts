// Workers, replicas and their reports, in the controller's terms.

import type { Bytes, HardwareClassId, Milliseconds, ReplicaId, VariantId, WorkerId } from './units.js';
import type { SlotGroup } from './hardware.js';

export type ReplicaState = 'loading' | 'warming' | 'ready' | 'draining' | 'failed';

/** A replica that the plan assigns to a worker. */
export interface Assignment {
  readonly replica: ReplicaId;
  readonly variant: VariantId;
  readonly version: number;
  readonly worker: WorkerId;
  readonly hardwareClass: HardwareClassId;
}

/** Load of a replica, as its worker reports it to routers. */
export interface ReplicaLoad {
  readonly queuedItems: number;
  readonly runningItems: number;
  /** Predicted time until an item that is queued now starts. */
  readonly backlogMs: number;
  /** Predicted time by which each further item delays the items behind it. */
  readonly itemMs: number;
  /** Live median of the service time divided by the profiled one. */
  readonly typical: number;
  /** Live 99th percentile of the service time divided by the profiled one. */
  readonly slow: number;
  /** Set if the replica has been slower than its profile for a while. */
  readonly interfered: boolean;
}

/** Number of timed events, and their total time. */
export interface TimedCount {
  readonly count: number;
  readonly ns: number;
}

/** Executions of one batch size. */
export interface BatchCount {
  readonly batchSize: number;
  readonly executions: number;
  readonly computeInputNs: number;
  readonly computeInferNs: number;
  readonly computeOutputNs: number;
}

/** Counts behind the Open Inference Protocol's statistics. Queries rejected by validation are not counted. */
export interface InferCounts {
  /** Answered queries, from receipt to answer. */
  readonly success: TimedCount;
  readonly fail: TimedCount;
  /** Time of queries until their batch started. */
  readonly queue: TimedCount;
  /** Time of queries while their batch was assembled. */
  readonly computeInput: TimedCount;
  readonly computeInfer: TimedCount;
  /** Time of queries while the batch's outputs were split into answers. */
  readonly computeOutput: TimedCount;
  /** Sorted by ascending batch size. */
  readonly batches: readonly BatchCount[];
  /** Time since the last inference. Undefined if there was none. */
  readonly lastInferenceAgeMs: Milliseconds | undefined;
}

/** Phases that the time of queries is split into. */
export type TimedPhase = Exclude<keyof InferCounts, 'batches' | 'lastInferenceAgeMs'>;

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

/** Last report of a worker about a replica. Counts are cumulative since the worker's incarnation began. */
export interface ReplicaReport {
  readonly replica: ReplicaId;
  readonly variant: VariantId;
  readonly version: number;
  readonly state: ReplicaState;
  /** Reason of a failure, or of the last executor's death. */
  readonly reason: string;
  readonly loadMs: Milliseconds;
  readonly memoryBytes: Bytes;
  readonly queuedItems: number;
  readonly runningItems: number;
  readonly requests: number;
  readonly items: number;
  readonly executions: number;
  readonly failures: number;
  /** Time for which batches held slots. */
  readonly busyMs: Milliseconds;
  readonly executorDeaths: number;
  readonly counts: InferCounts;
  /** Number of queries that each killed two executors. */
  readonly poisonousQueries: number;
  readonly quarantined: boolean;
  /** Set if its batches have taken longer than profiled for a while, see `ReplicaLoad`. */
  readonly interfered: boolean;
  /** Number of rows of shared batches that were run again to check that queries do not influence each other. */
  readonly checkedRows: number;
  /** Result of such a check that found it. Empty if none did. */
  readonly mixedReason: string;
  /** Number of checked rows that the original answered too, and the sum of their agreements in [0, 1]. */
  readonly comparedRows: number;
  readonly agreedRows: number;
}

/** Number of times that a process reached a limit in the last minute. */
export interface LimitCount {
  /** Name of the limit. */
  readonly limit: string;
  readonly count: number;
}

export interface WorkerInfo {
  readonly id: WorkerId;
  readonly incarnation: string;
  /** Address (host:port) that routers call. */
  readonly address: string;
  readonly slotGroups: readonly SlotGroup[];
  /** Memory limit for all replicas of the worker together. */
  readonly memoryBytes: Bytes;
  readonly runtimeVersion: string;
  /** Set if a replica whose assignment names another file serves the previous one until that is loaded. */
  readonly replacesFiles: boolean;
}

/** Version of the verification of rows. Another one causes new measurements, as another version of ONNX Runtime does. */
const verification = '(verification 1)';

/** Returns the version of ONNX Runtime with that of the verification of rows. */
export const verifiedRuntime = (version: string): string => `${version} ${verification}`;

/** Returns whether a worker of this environment verifies rows. */
export const verifiesRows = (environment: string): boolean => environment.includes(verification);

/** Returns the versions that a measurement on a worker's slot group depends on. */
export const environmentOf = (runtimeVersion: string, { driver }: SlotGroup): string =>
  driver === '' ? runtimeVersion : `${runtimeVersion} driver ${driver}`;
