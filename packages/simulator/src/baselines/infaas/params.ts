// The constants of INFaaS. Each states its source: `code` is the authors' repository, `paper` the paper, `assumed` neither.

/** Kind of hardware. The constants depend on it. */
export type HardwareKind = 'cpu' | 'gpu' | 'inferentia';

/** Thresholds of the flag of a variant on a worker as overloaded or interfered, which the code does not distinguish. Code. */
export interface FlagParams {
  /** Multiple of the profiled latency above which it is flagged, if `qpsShare` is exceeded too. */
  readonly latencyFactor: number;
  /** Rate of each replica, as a share of the queries that it can answer one after another. */
  readonly qpsShare: number;
  /** Number of open queries above which it is flagged, as a share of what its replicas answer in a second. */
  readonly queueShare: number;
  /** Multiple of the profiled latency below which the flag is cleared, if the queue is short enough. */
  readonly clearFactor: number;
}

interface KindParams {
  /** Maximum number of replicas of a variant on a worker. Code. */
  readonly maxReplicas: number;
  /** Number of ticks in a row below the threshold after which a replica is unloaded. Code. */
  readonly scaleDownTicks: number;
  readonly flag: FlagParams;
  /** Maximum batch sizes that a variant is registered with, each as a variant of its own. Paper, and code for the largest one. */
  readonly maxBatches: readonly number[];
  /** Time that the first query of a batch waits for others. Code for CPUs, otherwise assumed. */
  readonly batchTimeoutMs: number;
}

export interface InfaasParams {
  readonly kinds: Readonly<Record<HardwareKind, KindParams>>;
  /** Flags of a variant with a single replica on a CPU worker, which may get another one. Code. */
  readonly singleCpuFlag: FlagParams;
  /** Flags of variants on GPUs that are faster than `fastGpuMs`: the latency factor is `fastGpuMs × 1.5 / latency`, at most this. Code. */
  readonly maxFastGpuFactor: number;
  readonly fastGpuMs: number;
  /** Batch sizes that the latency model is fitted to. Code. */
  readonly fittedBatches: readonly number[];
  /** Time between two ticks of the model autoscaler. Code. */
  readonly tickMs: number;
  /** Time over which rates, latencies and utilisations are observed. Code. */
  readonly monitorMs: number;
  /** Queries in advance of the capacity, as a share of it for each ms of the load time, on accelerators. Code. */
  readonly loadShare: number;
  /** Share of the capacity above which a variant is scaled up on a CPU. Code. */
  readonly cpuShare: number;
  /** Memory of a worker that stays free, in MiB. Code. */
  readonly freeMib: number;
  /** Number of variants that are considered, of the fastest. Code. */
  readonly fastest: number;
  /** Share of the queries that is sent to a flagged variant if all are. Code. */
  readonly flaggedShare: number;
  /** Set if the others wait until another one is loaded, as in the code. Otherwise flagged ones serve them meanwhile. */
  readonly waitsForLoads: boolean;
  /** Replicas are upgraded if that costs less than their number divided by this. Code. */
  readonly upgradeFactor: number;
  /** Factor of the load time by which more replicas than a worker may have are made expensive. Code. */
  readonly limitPenalty: number;
}

const acceleratorBatches = [1, 4, 8, 16, 32];

export const defaultInfaasParams: InfaasParams = {
  kinds: {
    cpu: {
      ...{ maxReplicas: 2, scaleDownTicks: 10, maxBatches: [8], batchTimeoutMs: 10 },
      flag: { latencyFactor: 2.5, qpsShare: 0.5, queueShare: 0.8, clearFactor: 1.5 },
    },
    gpu: {
      ...{ maxReplicas: 1, scaleDownTicks: 20, maxBatches: acceleratorBatches, batchTimeoutMs: 0 },
      flag: { latencyFactor: 1.5, qpsShare: 0.3, queueShare: 0.8, clearFactor: 1.25 },
    },
    inferentia: {
      ...{ maxReplicas: 2, scaleDownTicks: 15, maxBatches: acceleratorBatches, batchTimeoutMs: 0 },
      flag: { latencyFactor: 2.5, qpsShare: 0.5, queueShare: 0.8, clearFactor: 1.5 },
    },
  },
  singleCpuFlag: { latencyFactor: 4, qpsShare: 1, queueShare: 1.1, clearFactor: 1.5 },
  maxFastGpuFactor: 5,
  fastGpuMs: 10,
  fittedBatches: [1, 4, 8, 16, 32, 64],
  tickMs: 500,
  monitorMs: 1_000,
  loadShare: 0.0002,
  cpuShare: 0.95,
  freeMib: 1_024,
  fastest: 10,
  flaggedShare: 0.1,
  waitsForLoads: true,
  upgradeFactor: 1.5,
  limitPenalty: 1_000,
};
