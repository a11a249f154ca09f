// A replica: one variant loaded in one executor, with its queue, state and counts.

import { bytes, type ReplicaReport, type ReplicaState } from '@pareto/core';
import type { ReplicaEvent } from '@pareto/policy';
import type { ReplicaLoadReport } from '@pareto/rpc';
import type { AssignedReplica } from '../orders/desired-state.js';
import { createBatcher } from '../batching/batcher.js';
import type { CheckedQuery } from '../requests/check-request.js';
import type { LabelTexts } from '../requests/classify.js';
import { superviseExecutor } from './supervise-executor.js';
import { createIntake, type InferOptions } from '../batching/intake.js';
import { loadLabels } from '../requests/load-labels.js';
import type { LoadDeps } from './loaded-executor.js';
import { createReplicaCounts } from '../batching/replica-counts.js';
import { ceilingOf, expectedMs, loadOf, sizeOf, nextBatchMs, warmSizes, type ReplicaWork } from './replica-load.js';
import { createReplicaStatus, type StatusDeps } from './replica-status.js';
import { createRequestQueue, type QueryResult, type QueueBounds } from '../batching/request-queue.js';

export interface ReplicaDeps extends LoadDeps, StatusDeps {
  readonly bounds: QueueBounds;
  readonly memoryLimitBytes: (assignment: AssignedReplica) => number;
  /** Returns the predicted wait for a slot token behind the worker's other replicas. */
  readonly slotWaitMs: () => number;
  /** Called when the state changed, so that it is reported to the controller. */
  readonly onChange: () => void;
}

export interface Replica {
  readonly assignment: AssignedReplica;
  readonly state: ReplicaState;
  /** Predicted time of the batch that is running or runs next. 0 if there is none. */
  readonly nextBatchMs: number;
  readonly memoryBytes: number;
  /** Labels of the outputs. Empty until the replica is loaded. */
  readonly labels: LabelTexts;
  /**
   * Queues a query. Rejects with the status for the caller, which has the detail `pareto-not-executed` if another
   * replica may be tried.
   */
  infer(query: CheckedQuery, options: InferOptions): Promise<QueryResult>;
  /** Counts the time to encode the reply of one query, which ran in a batch of `batchItems` items. */
  readonly encoded: (batchItems: number, ms: number) => void;
  load(): ReplicaLoadReport;
  report(): ReplicaReport;
  /** Sets another batch ceiling, profile or price. The variant must be the same. */
  update(assignment: AssignedReplica): void;
  refreshMemory(): void;
  /** Stops accepting queries, finishes the queued ones, and ends the executor. */
  drain(): Promise<void>;
}

/** Creates a replica, which starts to load immediately. */
export function createReplica(first: AssignedReplica, deps: ReplicaDeps): Replica {
  const queue = createRequestQueue(deps.bounds, deps.clock);
  const counts = createReplicaCounts(first.spec, deps.metrics, deps.clock);
  const status = createReplicaStatus(first, deps);
  let assignment = first;
  let memoryBytes = 0;
  let labels: LabelTexts | undefined;

  const batcher = createBatcher({
    queue,
    tokens: deps.tokens,
    clock: deps.clock,
    ceiling: () => ceilingOf(assignment),
    sizeOf: (items) => sizeOf(assignment, items),
    expectedMs: (items) => expectedMs(assignment, items),
    onBatch: counts.batch,
    onPoison: status.poisoned,
  });
  const supervisor = superviseExecutor({
    deps,
    executorOptions: () => ({
      spec: assignment.spec,
      profile: assignment.profile,
      memoryLimitBytes: deps.memoryLimitBytes(assignment),
      warmSizes: warmSizes(assignment),
    }),
    async prepare(signal) {
      labels ??= await loadLabels(deps.cache, assignment.spec.labels, signal);
    },
    onEvent: applyEvent,
    attach: batcher.attach,
    detach: batcher.detach,
    reasonNotToReplace(death) {
      counts.death(death);
      return status.reasonNotToReplace(death);
    },
  });

  const intake = createIntake({ ...deps, queue, counts, onQueued: () => batcher.pump() });

  const work = (): ReplicaWork => ({
    queuedItems: queue.items,
    runningItems: batcher.runningItems,
    runningLeftMs: batcher.runningLeftMs,
  });

  function applyEvent(event: ReplicaEvent): void {
    status.apply(event);
    if (event.kind === 'failed') intake.rejectAll(`the replica failed: ${event.reason}`);
    if (event.kind === 'warmed') refreshMemory();
    deps.onChange();
  }

  function refreshMemory(): void {
    memoryBytes = supervisor.executor?.memory()?.privateBytes ?? 0;
  }

  async function drain(): Promise<void> {
    applyEvent({ kind: 'drained', at: deps.clock.now() });
    if (supervisor.executor === undefined) intake.rejectAll('the replica was unloaded before it was ready');
    await intake.settled();
    await supervisor.end();
  }

  return {
    get assignment() {
      return assignment;
    },
    get state() {
      return status.state;
    },
    get nextBatchMs() {
      return nextBatchMs(assignment, work());
    },
    get memoryBytes() {
      return memoryBytes;
    },
    get labels() {
      return labels ?? new Map();
    },
    infer: async (query, options) => {
      status.requireServing();
      return intake.infer(query, options);
    },
    encoded: counts.encoded,
    load: () => loadOf(assignment, work(), deps.slotWaitMs()),
    report: () => ({
      ...identityOf(assignment),
      ...counts.now,
      ...status.report,
      loadMs: supervisor.loadMs,
      memoryBytes: bytes(memoryBytes),
      queuedItems: queue.items,
      runningItems: batcher.runningItems,
    }),
    update: (next) => void (assignment = next),
    refreshMemory,
    drain,
  };
}

const identityOf = ({ replica, spec }: AssignedReplica): Pick<ReplicaReport, 'replica' | 'variant' | 'version'> => ({
  replica,
  variant: spec.variant,
  version: spec.version,
});
