// Runs what is queued on one executor, batch by batch, in its turns on a device slot.

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
  /** To how many items a batch is filled up before it runs. */
  readonly sizeOf: (items: number) => number;
  /** Undefined: nothing is known yet. */
  readonly expectedMs: (items: number) => Milliseconds | undefined;
  /** It is answered with what comes next. */
  readonly onBatch: (batch: readonly QueuedQuery[], times: BatchTimes) => void;
  /** A query whose run killed a second executor. */
  readonly onPoison: () => void;
}

export interface Batcher {
  readonly runningItems: number;
  /** Predicted until what is in the executor is done. */
  readonly runningLeftMs: number;
  /** Runs on this executor from now on. */
  readonly attach: (executor: Executor) => void;
  /** Its executor is gone. Resolves when what was in it is answered or back in the queue. */
  readonly detach: () => Promise<void>;
  /** To be called when something was queued. */
  pump(): void;
}

/** One batch runs, and one more may wait in the executor's socket so that it never idles. */
const maxInFlight = 2;

/** A run that takes this much longer than expected no longer keeps others off the core: it may never end. */
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
  /** When the last run came to its end. */
  let idleSince = clock.now();

  function pump(): void {
    if (executor === undefined || overdue) return slotHold.release();
    if (!slotHold.held) return queue.length > 0 ? slotHold.request() : undefined;
    // A batch sent ahead runs in the same turn: only while nobody else waits for one.
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
    else settle(batch, outcome, options);
    // Others that wait come first: this replica lines up behind them.
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

function settle(
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
      : `the query ended two executors: ${failure.death.reason}`,
  );

const requestOf = (queries: readonly CheckedQuery[], size: number): Pick<RunRequest, 'inputs' | 'outputs'> => ({
  inputs: joinInputs(queries, size),
  outputs: queries[0]?.outputs ?? [],
});

/** The first flight has run for a while; those behind it have not begun. */
function leftMs(flights: readonly Flight[], expectedMs: BatcherOptions['expectedMs'], now: number): number {
  return flights.reduce((left, { items, startedAt }, index) => {
    const expected = expectedMs(items) ?? 0;
    return left + (index === 0 ? Math.max(0, expected - (now - startedAt)) : expected);
  }, 0);
}

interface Run extends Flight, Pick<BatchTimes, 'beganAt' | 'inputMs' | 'endedAt'> {
  /** With what it was filled up with. */
  readonly size: number;
  readonly pid: number;
}

/** Counted first: whoever has an answer finds it in the counts. */
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
