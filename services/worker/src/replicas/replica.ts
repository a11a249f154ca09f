// A replica: one variant loaded in one executor, with its queue, state and counts.

import {
  bytes,
  type Clock,
  type Measurement,
  type Profile,
  type ReplicaLoad,
  type ReplicaReport,
  type ReplicaState,
  type VariantShapes,
  type VariantSpec,
} from '@pareto/core';
import { isQuarantined, settingsOf, warmSizes, type AssignedReplica, type QueueBounds } from '@pareto/policy';
import type { Executor, ExecutorDeath } from '@pareto/runtime';
import type { Logger, WorkerMetrics } from '@pareto/telemetry';
import { createBatcher } from '../batching/batcher.js';
import type { CheckedQuery } from '../requests/check-request.js';
import type { LabelTexts } from '../requests/classify.js';
import type { InferOptions, ResultReceiver } from '../batching/accepted-query.js';
import { createIntake } from '../batching/intake.js';
import { loadLabels } from '../requests/load-labels.js';
import type { LoadDeps } from './loaded-executor.js';
import { createReplicaCounts } from '../batching/replica-counts.js';
import { createReplicaRows, type ReplicaRowsOptions } from '../rows/replica-rows.js';
import type { ReplicaRunner, WorkerDriver } from '../batching/worker-driver.js';
import { createExecutorLoader } from './executor-loader.js';

export interface ReplicaDeps extends LoadDeps, Pick<ReplicaRowsOptions, 'acquireIdle' | 'budget' | 'examples' | 'rng'> {
  readonly driver: WorkerDriver;
  readonly bounds: QueueBounds;
  readonly memoryLimitBytes: (assignment: AssignedReplica) => number;
  /** Returns whether there is so much memory left. */
  readonly hasRoom: (bytes: number) => boolean;
  /** Returns the executor of the original that a variant was generated from. Undefined if it is not loaded on this worker. */
  readonly originalOf: (spec: VariantSpec) => Executor | undefined;
  /** Called when anything changed that the replica reports by itself, without a time that passed. */
  readonly onTouch: () => void;
  /** Called when the state changed, so that it is reported to the controller soon. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
}

export interface Replica extends ReplicaRunner {
  /** Assignment in force, with the file that serves. */
  readonly assignment: AssignedReplica;
  /** Set while another file was assigned that does not serve yet. */
  readonly isOutdated: boolean;
  readonly state: ReplicaState;
  readonly memoryBytes: number;
  /** Executor that serves now. Undefined while it loads. */
  readonly executor: Executor | undefined;
  /** Labels of the outputs. Empty until the replica is loaded. */
  readonly labels: LabelTexts;
  /**
   * Queues a query. Throws the status for the caller, or passes it to the receiver. It has the detail `pareto-not-executed`
   * if another replica may be tried.
   */
  infer(query: CheckedQuery, options: InferOptions, receiver: ResultReceiver): void;
  /** Counts the time to encode the reply of one query, which ran in a batch of `batchItems` items. */
  readonly encoded: (batchItems: number, ms: number) => void;
  load(): ReplicaLoad;
  report(): ReplicaReport;
  /** Provisional profile, if the replica was assigned without one. Undefined while it is not loaded. */
  readonly provisional: Measurement | undefined;
  /** Shapes of inputs with dynamic dimensions that it has run. */
  shapes(): readonly VariantShapes[];
  refreshMemory(): void;
  /** Keeps its last load, once the core holds the replica no longer. */
  end(load: ReplicaLoad): void;
}

/** Creates a replica that the core of the worker holds. */
export function createReplica(first: AssignedReplica, deps: ReplicaDeps): Replica {
  const { driver, metrics } = deps;
  const { replica } = first;
  const { variant } = first.spec;
  const logger = deps.logger.with({ replica, variant });
  const counts = createReplicaCounts(first.spec, metrics, deps.clock, deps.onTouch);
  const status = driver.status(replica);
  let assignment = first;
  let isOutdated = false;
  let memoryBytes = 0;
  let labels: LabelTexts | undefined;
  let provisional: Profile | undefined;
  /** Load of a replica that has ended. */
  let finalLoad: ReplicaLoad | undefined;

  const rows = createReplicaRows({
    ...deps,
    spec: first.spec,
    executor: () => loader.executor,
    sizes: () => settingsOf(assignment, rows.isMixed).sizes,
    metric: () => assignment.metric,
    original: () => deps.originalOf(first.spec),
    onChange: deps.onTouch,
    onMixed() {
      driver.dispatch({ kind: 'mixed', replica });
      deps.onChange();
    },
  });
  const batcher = createBatcher({
    ...{ replica, driver, clock: deps.clock, onBatch: counts.batch },
    executor: () => loader.executor,
    onShared: rows.offer,
  });
  const loader = createExecutorLoader({
    ...{ replica, driver, deps, onDeath },
    executorOptions: (of) => ({
      spec: of.spec,
      profile: of.profile,
      memoryLimitBytes: deps.memoryLimitBytes(of),
      warmSizes: warmSizes(of),
    }),
    hasRoom: () => deps.hasRoom(memoryBytes),
    settled: (executor) => batcher.settled(executor),
    async prepare(signal) {
      labels ??= await loadLabels(deps.cache, assignment.spec.labels, signal);
    },
    onProvisional: (profile) => void (provisional = profile),
  });
  const intake = createIntake({ ...deps, replica, status, counts });

  function onDeath(death: ExecutorDeath): void {
    counts.death(death);
    logger.warn('executor died', { kind: death.kind, reason: death.reason });
  }
  function refreshMemory(): void {
    const before = memoryBytes;
    memoryBytes = loader.executor?.memory()?.privateBytes ?? 0;
    if (memoryBytes !== before) deps.onTouch();
  }

  const load = (): ReplicaLoad => finalLoad ?? driver.load(replica);

  return {
    get assignment() {
      return assignment;
    },
    get isOutdated() {
      return isOutdated;
    },
    get state() {
      return status.life.state;
    },
    get memoryBytes() {
      return memoryBytes;
    },
    get executor() {
      return loader.executor;
    },
    get labels() {
      return labels ?? new Map();
    },
    infer: (query, options, receiver) => intake.infer(query, options, receiver),
    encoded: counts.encoded,
    load,
    report() {
      const { queuedItems, runningItems, interfered } = load();
      const { life, reason, poisonousQueries } = status;
      return {
        ...identityOf(assignment),
        ...counts.now,
        ...{ state: life.state, reason, poisonousQueries, quarantined: isQuarantined(poisonousQueries) },
        ...rows.report,
        loadMs: loader.loadMs,
        memoryBytes: bytes(memoryBytes),
        queuedItems,
        runningItems,
        interfered,
      };
    },
    get provisional() {
      if (provisional === undefined || assignment.profile !== undefined) return undefined;
      const { spec, hardwareClass } = assignment;
      const result = { kind: 'measured', profile: provisional, accuracy: undefined, agreement: undefined } as const;
      return { variant: spec.variant, version: spec.version, hardwareClass, environment: '', result };
    },
    shapes() {
      const { spec, hardwareClass } = assignment;
      const named = { variant: spec.variant, version: spec.version, hardwareClass };
      return driver.shapes(replica).map((one) => ({ ...named, ...one }));
    },
    update(next, isNextOutdated) {
      [assignment, isOutdated] = [next, isNextOutdated];
      refreshMemory();
      deps.onTouch();
    },
    refreshMemory,
    run: batcher.run,
    fail(query) {
      batcher.fail(query);
      deps.onTouch();
    },
    loadExecutor: (kind, of, afterMs) => loader[kind](of, afterMs),
    stopExecutor: () => loader.stop(),
    unload() {
      rows[Symbol.dispose]();
      void loader.unload();
    },
    onStatus() {
      const { life, reason, poisonousQueries } = status;
      logger.info('replica state changed', { state: life.state, reason });
      if (life.state === 'failed' && isQuarantined(poisonousQueries)) metrics.quarantines.add(1, { variant });
      if (life.state === 'ready') refreshMemory();
      deps.onTouch();
      deps.onChange();
    },
    end: (last) => void (finalLoad = last),
  };
}

const identityOf = ({ replica, spec }: AssignedReplica): Pick<ReplicaReport, 'replica' | 'variant' | 'version'> => ({
  replica,
  variant: spec.variant,
  version: spec.version,
});
