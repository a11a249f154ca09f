// Runs queued queries on one executor, batch by batch, while the replica holds a device slot.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { planBatchRetry, type BatchFailure } from '@pareto/policy';
import type { Executor, RunOutcome, RunRequest, SlotTokens } from '@pareto/runtime';
import { itemsOf, joinInputs, splitOutputs } from './batch-tensors.js';
import type { CheckedQuery } from '../requests/check-request.js';
import type { BatchTimes } from './replica-counts.js';
import type { RequestQueue, QueuedQuery } from './request-queue.js';
import { createSlotHold } from './slot-hold.js';

export interface BatcherOptions {
  readonly queue: RequestQueue;
  readonly tokens: SlotTokens;
  readonly clock: Clock;
  readonly ceiling: () => number;
  /** Returns the number of items that a batch of `items` is padded to before it runs. */
  readonly sizeOf: (items: number) => number;
  /** Returns the expected run time, or undefined if the variant has no profile yet. */
  readonly expectedMs: (items: number) => Milliseconds | undefined;
  /** Called after a batch has run, immediately before its queries are answered. */
  readonly onBatch: (batch: readonly QueuedQuery[], times: BatchTimes) => void;
  /** Called for each query whose run killed a second executor. */
  readonly onPoison: () => void;
}

export interface Batcher {
  readonly runningItems: number;
  /** Predicted time until the executor has finished the batches sent to it. */
  readonly runningLeftMs: number;
  /** Starts to run batches on this executor. */
  readonly attach: (executor: Executor) => void;
  /** Stops using the executor, which has ended. Resolves once its queries are answered or back in the queue. */
  readonly detach: () => Promise<void>;
  /** Starts the next batches if possible. Must be called after a query was queued. */
  pump(): void;
}

/**
 * Maximum number of batches in the executor: one runs while the next one waits in its socket, so that it is never idle.
 */
const maxInFlight = 2;

/** Returns the time after which a run gives up its slot to other replicas, because it may never end. */
const overdueAfter = (expected: Milliseconds | undefined): Milliseconds =>
  milliseconds(Math.max(100, 4 * (expected ?? 250)));

interface Flight {
  readonly items: number;
  readonly startedAt: Milliseconds;
}

export function createBatcher(options: BatcherOptions): Batcher {
  const { queue, tokens, clock } = options;
  const flights = new Set<Flight>();
  const runs = new Set<Promise<void>>();
  const slotHold = createSlotHold(tokens, pump);
  let executor: Executor | undefined;
  let overdue = false;
  /** Time at which the last run ended. */
  let idleSince = clock.now();

  function pump(): void {
    if (executor === undefined || overdue) return slotHold.release();
    if (!slotHold.held) return queue.length > 0 ? slotHold.request() : undefined;
    // A second batch would run under the same slot hold, so it is sent ahead only while no other replica waits for the
    // slot.
    while (flights.size < maxInFlight && (flights.size === 0 || tokens.waiting === 0)) {
      const batch = queue.take(options.ceiling());
      if (batch.length === 0) break;
      const running = run(executor, batch).finally(() => runs.delete(running));
      runs.add(running);
    }
    if (flights.size === 0) slotHold.release();
  }

  async function run(on: Executor, batch: readonly QueuedQuery[]): Promise<void> {
    const queries = batch.map(({ query }) => query);
    const items = itemsOf(queries);
    const size = options.sizeOf(items);
    const expectedMs = options.expectedMs(items);
    const flight = { items, startedAt: clock.now() };
    flights.add(flight);
    const watch = clock.after(overdueAfter(expectedMs), () => {
      overdue = true;
      slotHold.release();
    });
    const running = on.run({ ...requestOf(queries, size), expectedMs });
    const inputMs = clock.now() - flight.startedAt;
    const outcome = await running;
    watch[Symbol.dispose]();
    const endedAt = clock.now();
    const beganAt = milliseconds(Math.max(flight.startedAt, idleSince - inputMs));
    idleSince = endedAt;
    flights.delete(flight);
    overdue = false;
    if (outcome.kind === 'died' && executor === on) executor = undefined;
    const ran = { ...flight, size, pid: on.pid, beganAt, inputMs, endedAt };
    if (outcome.kind === 'done') deliverResults(batch, outcome, ran, options);
    else retryOrReject(batch, outcome, options);
    // Replicas that already wait for the slot run first; this one queues behind them.
    if (flights.size === 0 && tokens.waiting > 0) slotHold.release();
    pump();
  }

  return {
    get runningItems() {
      return [...flights].reduce((total, { items }) => total + items, 0);
    },
    get runningLeftMs() {
      return leftMs([...flights], options.expectedMs, clock.now());
    },
    attach(next) {
      executor = next;
      pump();
    },
    async detach() {
      executor = undefined;
      await Promise.all(runs);
      slotHold.release();
    },
    pump,
  };
}

type Failure = Exclude<RunOutcome, { kind: 'done' }>;

function retryOrReject(
  batch: readonly QueuedQuery[],
  failure: Failure,
  { queue, onPoison }: Pick<BatcherOptions, 'queue' | 'onPoison'>,
): void {
  const { retry, fail } = planBatchRetry(batch, kindOf(failure));
  queue.putBack(retry);
  for (const { reject } of fail) {
    reject(errorOf(failure));
    if (failure.kind === 'died') onPoison();
  }
}

function kindOf(failure: Failure): BatchFailure {
  if (failure.kind === 'failed') return 'failed';
  return failure.running ? 'died-running' : 'died-waiting';
}

const errorOf = (failure: Failure): ParetoError =>
  new ParetoError(
    'internal',
    failure.kind === 'failed'
      ? `the model failed: ${failure.message}`
      : `the query killed two executors: ${failure.death.reason}`,
  );

const requestOf = (queries: readonly CheckedQuery[], size: number): Pick<RunRequest, 'inputs' | 'outputs'> => ({
  inputs: joinInputs(queries, size),
  outputs: queries[0]?.outputs ?? [],
});

/** Returns the predicted time until all flights are done. Only the first one is running; the others wait behind it. */
function leftMs(flights: readonly Flight[], expectedMs: BatcherOptions['expectedMs'], now: number): number {
  return flights.reduce((left, { items, startedAt }, index) => {
    const expected = expectedMs(items) ?? 0;
    return left + (index === 0 ? Math.max(0, expected - (now - startedAt)) : expected);
  }, 0);
}

interface Run extends Flight, Pick<BatchTimes, 'beganAt' | 'inputMs' | 'endedAt'> {
  /** Number of items including the padding. */
  readonly size: number;
  readonly pid: number;
}

/** Counts the batch before it answers the queries, so that a client that has its answer finds it in the statistics. */
function deliverResults(
  batch: readonly QueuedQuery[],
  { outputs, computeMs }: Extract<RunOutcome, { kind: 'done' }>,
  { items, size, pid, startedAt, endedAt, ...times }: Run,
  { onBatch, clock }: Pick<BatcherOptions, 'onBatch' | 'clock'>,
): void {
  const shared = { batchItems: items, executorPid: pid, startedAt, endedAt, computeMs };
  try {
    const parts = splitOutputs(
      outputs,
      batch.map(({ query }) => query),
      size,
    );
    const splitAt = clock.now();
    onBatch(batch, { ...times, inferMs: computeMs, outputMs: splitAt - endedAt, endedAt: splitAt });
    for (const [index, { resolve }] of batch.entries()) resolve({ ...shared, outputs: parts[index] ?? [] });
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
