// A replica: one variant in one executor, with its queue, its state and its counts.

import { bytes, ParetoError, type ReplicaId, type ReplicaReport, type ReplicaState } from '@pareto/core';
import { notExecutedKey, type ReplicaLoadReport } from '@pareto/rpc';
import type { ExecutorDeath } from '@pareto/runtime';
import type { Logger, WorkerMetrics } from '@pareto/telemetry';
import type { ReplicaOrder } from './assignments.js';
import { createBatcher, type Batcher } from './batcher.js';
import type { Query } from './check-request.js';
import { keepExecutor } from './executor-keeper.js';
import type { LoadDeps } from './loaded-executor.js';
import { createReplicaCounts } from './replica-counts.js';
import { backlogMs, ceilingOf, expectedMs, turnMs, type Work } from './replica-load.js';
import { createRequestQueue, type Answer, type QueueBounds, type RequestQueue } from './request-queue.js';

export interface ReplicaDeps extends LoadDeps {
  readonly bounds: QueueBounds;
  readonly metrics: WorkerMetrics;
  readonly logger: Logger;
  readonly memoryLimitBytes: (order: ReplicaOrder) => number;
  /** Predicted wait for a slot token, because of the worker's other replicas. */
  readonly slotWaitMs: (replica: ReplicaId) => number;
  /** Its state changed: the controller is to hear of it. */
  readonly onChange: () => void;
}

interface InferOptions {
  readonly signal: AbortSignal;
  /** Of the caller's gRPC deadline, by the clock; infinite when there is none. */
  readonly deadlineMs: number;
}

export interface Replica {
  readonly order: ReplicaOrder;
  readonly state: ReplicaState;
  /** Predicted, of the batch that runs or will run next; 0 when there is nothing to do. */
  readonly turnMs: number;
  readonly memoryBytes: number;
  /** Rejects with the status that the caller gets; with `pareto-not-executed` when another replica may be tried. */
  infer(query: Query, options: InferOptions): Promise<Answer>;
  load(): ReplicaLoadReport;
  report(): ReplicaReport;
  /** Another ceiling, profile or price; the variant stays. */
  update(order: ReplicaOrder): void;
  refreshMemory(): Promise<void>;
  /** Takes no more, finishes what it has, ends its executor. */
  drain(): Promise<void>;
}

/** Two queries that each ended two executors. */
const poisonsToQuarantine = 2;

/** Begins to load at once. */
export function createReplica(first: ReplicaOrder, deps: ReplicaDeps): Replica {
  const logger = deps.logger.with({ replica: first.replica, variant: first.spec.variant });
  const queue = createRequestQueue(deps.bounds, deps.clock);
  const counts = createReplicaCounts(first.spec, deps.metrics);
  const pending = new Set<Promise<unknown>>();
  let order = first;
  let state: ReplicaState = 'loading';
  let reason = '';
  let poisons = 0;
  let memoryBytes = 0;

  const batcher = createBatcher({
    queue,
    tokens: deps.tokens,
    clock: deps.clock,
    ceiling: () => ceilingOf(order),
    expectedMs: (items) => expectedMs(order, items),
    onBatch: counts.batch,
    onPoison: () => (poisons += 1),
  });
  const keeper = keepExecutor({
    deps,
    wish: () => ({ spec: order.spec, memoryLimitBytes: deps.memoryLimitBytes(order) }),
    ceiling: () => ceilingOf(order),
    onState: enter,
    attach: batcher.attach,
    detach: batcher.detach,
    refuseReplacement,
  });

  const work = (): Work => ({
    queuedItems: queue.items,
    runningItems: batcher.runningItems,
    runningLeftMs: batcher.runningLeftMs,
  });

  function enter(next: ReplicaState, why: string): void {
    if (state !== 'draining' || next === 'failed') state = next;
    if (why !== '') reason = why;
    logger.info('replica', { state, reason: why });
    if (next === 'failed') empty(queue, `the replica failed: ${why}`);
    if (next === 'ready') void refreshMemory();
    deps.onChange();
  }

  function refuseReplacement(death: ExecutorDeath): string | undefined {
    counts.death(death);
    reason = death.reason;
    logger.warn('executor died', { kind: death.kind, reason });
    if (poisons < poisonsToQuarantine) return undefined;
    deps.metrics.quarantines.add(1, { variant: order.spec.variant });
    return `quarantined: ${poisons} queries ended two executors each; the last: ${death.reason}`;
  }

  async function refreshMemory(): Promise<void> {
    const memory = await keeper.executor?.memory();
    memoryBytes = memory?.privateBytes ?? 0;
  }

  function infer(query: Query, options: InferOptions): Promise<Answer> {
    if (state === 'draining' || state === 'failed')
      return Promise.reject(refused(`the replica is ${state}: ${reason}`));
    counts.request();
    const answered = enqueue(query, options, { queue, batcher, deps });
    pending.add(answered);
    answered.catch(() => counts.failure()).finally(() => pending.delete(answered));
    return answered;
  }

  async function drain(): Promise<void> {
    if (state !== 'failed') enter('draining', 'no longer wanted here');
    if (keeper.executor === undefined) empty(queue, 'the replica was unloaded before it was ready');
    await Promise.allSettled(pending);
    await keeper.end();
  }

  return {
    get order() {
      return order;
    },
    get state() {
      return state;
    },
    get turnMs() {
      return turnMs(order, work());
    },
    get memoryBytes() {
      return memoryBytes;
    },
    infer,
    load() {
      const { queuedItems, runningItems } = work();
      return { queuedItems, runningItems, backlogMs: backlogMs(order, work(), deps.slotWaitMs(order.replica)) };
    },
    report: () => ({
      ...identityOf(order),
      ...counts.now,
      state,
      reason,
      loadMs: keeper.loadMs,
      memoryBytes: bytes(memoryBytes),
      queuedItems: queue.items,
      runningItems: batcher.runningItems,
      poisonousQueries: poisons,
      quarantined: poisons >= poisonsToQuarantine,
    }),
    update: (next) => {
      order = next;
    },
    refreshMemory,
    drain,
  };
}

const identityOf = ({ replica, spec }: ReplicaOrder): Pick<ReplicaReport, 'replica' | 'variant' | 'version'> => ({
  replica,
  variant: spec.variant,
  version: spec.version,
});

interface Place {
  readonly queue: RequestQueue;
  readonly batcher: Batcher;
  readonly deps: Pick<ReplicaDeps, 'bounds' | 'clock'>;
}

function enqueue(query: Query, { signal, deadlineMs }: InferOptions, { queue, batcher, deps }: Place): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => {
      queue.remove(query);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const waiting = {
      query,
      enqueuedAt: deps.clock.now(),
      deadlineMs,
      deaths: 0,
      alone: false,
      signal,
      resolve,
      reject,
    };
    if (queue.push(waiting)) batcher.pump();
    else reject(queueFull(deps.bounds));
  });
}

/** Another replica may be tried by those that reached no executor. */
function empty(queue: RequestQueue, why: string): void {
  for (const { reject, deaths } of queue.takeAll()) {
    reject(deaths === 0 ? refused(why) : new ParetoError('internal', why));
  }
}

const notExecuted = { [notExecutedKey]: '1' };
const refused = (why: string): ParetoError => new ParetoError('unavailable', why, { details: notExecuted });

const queueFull = ({ items, bytes: most }: QueueBounds): ParetoError =>
  new ParetoError(
    'resource-exhausted',
    `the replica's queue is full (${items} items or ${most} bytes): send less, or later`,
    { details: notExecuted },
  );
