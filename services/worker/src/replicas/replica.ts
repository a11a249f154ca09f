// A replica: one variant loaded in one executor, with its queue, state and counts.

import {
  bytes,
  type Measurement,
  type Profile,
  type ReplicaLoad,
  type ReplicaReport,
  type ReplicaState,
  type VariantShapes,
  type VariantSpec,
} from '@pareto/core';
import type { QueueBounds, ReplicaEvent, ReplicaSettings } from '@pareto/policy';
import type { Executor } from '@pareto/runtime';
import type { AssignedReplica } from '../orders/desired-state.js';
import { createBatcher } from '../batching/batcher.js';
import type { CheckedQuery } from '../requests/check-request.js';
import type { LabelTexts } from '../requests/classify.js';
import { superviseExecutor } from './supervise-executor.js';
import type { InferOptions, ResultReceiver } from '../batching/accepted-query.js';
import { createIntake } from '../batching/intake.js';
import { loadLabels } from '../requests/load-labels.js';
import type { LoadDeps } from './loaded-executor.js';
import { createReplicaCounts } from '../batching/replica-counts.js';
import { settingsOf, warmSizes } from './replica-settings.js';
import { createReplicaRows, type ReplicaRowsOptions } from '../rows/replica-rows.js';
import { createReplicaStatus, type StatusDeps } from './replica-status.js';
import type { SlotDriver } from '../batching/slot-driver.js';

export interface ReplicaDeps
  extends Omit<LoadDeps, 'tokens'>, StatusDeps, Pick<ReplicaRowsOptions, 'budget' | 'examples' | 'rng'> {
  /** Slots of the hardware class that the variant is loaded on. */
  readonly driver: SlotDriver;
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
}

export interface Replica {
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
  /**
   * Sets another batch ceiling, profile, price or file. The variant must be the same. Another file serves once it is loaded.
   */
  update(assignment: AssignedReplica): void;
  refreshMemory(): void;
  /** Stops accepting queries, finishes the queued ones, and ends the executor. */
  drain(): Promise<void>;
}

/** Creates a replica, which starts to load immediately. */
export function createReplica(first: AssignedReplica, deps: ReplicaDeps): Replica {
  const { driver, bounds } = deps;
  const counts = createReplicaCounts(first.spec, deps.metrics, deps.clock, deps.onTouch);
  const status = createReplicaStatus(first, deps);
  let assignment = first;
  /** The assignment that was received last, whose file may still be loading. */
  let latest = first;
  let memoryBytes = 0;
  let labels: LabelTexts | undefined;
  let provisional: Profile | undefined;
  /** Load of a drained replica. */
  let finalLoad: ReplicaLoad | undefined;

  const rows = createReplicaRows({
    ...deps,
    spec: first.spec,
    executor: () => supervisor.executor,
    sizes: () => settings().sizes,
    metric: () => assignment.metric,
    original: () => deps.originalOf(first.spec),
    onChange: deps.onTouch,
    onMixed() {
      applySettings();
      deps.onChange();
    },
  });
  const batcher = createBatcher({
    ...{ driver, clock: deps.clock, onBatch: counts.batch },
    onShared: rows.offer,
    onPoison() {
      status.poisoned();
      deps.onTouch();
    },
  });
  const settings = (): ReplicaSettings => settingsOf(assignment, rows.isMixed);
  const applySettings = (): void => driver.dispatch({ kind: 'updated', replica: batcher, settings: settings() });
  driver.dispatch({ kind: 'added', replica: batcher, settings: settings(), bounds });
  const supervisor = superviseExecutor({
    deps: { ...deps, tokens: driver.tokens },
    executorOptions: () => ({
      spec: latest.spec,
      profile: latest.profile,
      memoryLimitBytes: deps.memoryLimitBytes(latest),
      warmSizes: warmSizes(latest),
    }),
    hasRoom: () => deps.hasRoom(memoryBytes),
    async prepare(signal) {
      labels ??= await loadLabels(deps.cache, assignment.spec.labels, signal);
    },
    onEvent: applyEvent,
    onProvisional: (profile) => void (provisional = profile),
    attach(executor, { spec }) {
      assignment = isSameFile(spec, latest.spec) ? latest : { ...latest, spec };
      applySettings();
      refreshMemory();
      batcher.attach(executor);
    },
    settled: batcher.settled,
    detach: batcher.detach,
    reasonNotToReplace(death) {
      counts.death(death);
      return status.reasonNotToReplace(death);
    },
  });

  const intake = createIntake({ ...deps, replica: batcher, counts });

  function applyEvent(event: ReplicaEvent): void {
    status.apply(event);
    if (event.kind === 'failed') intake.rejectAll(`the replica failed: ${event.reason}`);
    if (event.kind === 'warmed') refreshMemory();
    deps.onTouch();
    deps.onChange();
  }

  function refreshMemory(): void {
    const before = memoryBytes;
    memoryBytes = supervisor.executor?.memory()?.privateBytes ?? 0;
    if (memoryBytes !== before) deps.onTouch();
  }

  async function drain(): Promise<void> {
    applyEvent({ kind: 'drained', at: deps.clock.now() });
    if (supervisor.executor === undefined) intake.rejectAll('the replica was unloaded before it was ready');
    await intake.settled();
    rows[Symbol.dispose]();
    await supervisor.end();
    finalLoad = driver.load(batcher);
    driver.dispatch({ kind: 'removed', replica: batcher });
  }
  const load = (): ReplicaLoad => finalLoad ?? driver.load(batcher);

  return {
    get assignment() {
      return assignment;
    },
    get isOutdated() {
      return !isSameFile(assignment.spec, latest.spec);
    },
    get state() {
      return status.state;
    },
    get memoryBytes() {
      return memoryBytes;
    },
    get executor() {
      return supervisor.executor;
    },
    get labels() {
      return labels ?? new Map();
    },
    infer(query, options, receiver) {
      status.requireServing();
      intake.infer(query, options, receiver);
    },
    encoded: counts.encoded,
    load,
    report() {
      const { queuedItems, runningItems, interfered } = load();
      return {
        ...identityOf(assignment),
        ...counts.now,
        ...status.report,
        ...rows.report,
        loadMs: supervisor.loadMs,
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
      return driver.shapes(batcher).map((one) => ({ ...named, ...one }));
    },
    update(next) {
      latest = next;
      if (isSameFile(assignment.spec, next.spec)) assignment = next;
      applySettings();
      deps.onTouch();
      supervisor.update();
    },
    refreshMemory,
    drain,
  };
}

const isSameFile = (a: VariantSpec, b: VariantSpec): boolean => a.modelDigest === b.modelDigest;

const identityOf = ({ replica, spec }: AssignedReplica): Pick<ReplicaReport, 'replica' | 'variant' | 'version'> => ({
  replica,
  variant: spec.variant,
  version: spec.version,
});
