// Runs what is queued on one executor, batch by batch, while it holds a slot token.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { Executor, ExecutorDeath, RunOutcome, SlotTokens } from '@pareto/runtime';
import { joinInputs, splitOutputs } from './batch-tensors.js';
import type { RequestQueue, Waiting } from './request-queue.js';

export interface BatcherOptions {
  readonly queue: RequestQueue;
  readonly tokens: SlotTokens;
  readonly clock: Clock;
  readonly ceiling: () => number;
  /** Undefined: nothing is known yet. */
  readonly expectedMs: (items: number) => Milliseconds | undefined;
  readonly onBatch: (batch: readonly Waiting[], outcome: RunOutcome) => void;
  /** A query whose run killed a second executor. */
  readonly onPoison: (death: ExecutorDeath) => void;
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
const mostInFlight = 2;

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
  let executor: Executor | undefined;
  let token: Disposable | undefined;
  let acquiring = false;
  let overdue = false;

  function pump(): void {
    if (executor === undefined || overdue) return;
    if (token === undefined) {
      if (queue.length > 0) void acquire();
      return;
    }
    // A batch sent ahead runs on the same token: only while nobody else waits for one.
    while (flights.size < mostInFlight && (flights.size === 0 || tokens.waiting === 0)) {
      const batch = queue.take(options.ceiling());
      if (batch.length === 0) break;
      const running = run(executor, batch).finally(() => runs.delete(running));
      runs.add(running);
    }
    if (flights.size === 0) release();
  }

  function release(): void {
    token?.[Symbol.dispose]();
    token = undefined;
  }

  async function acquire(): Promise<void> {
    if (acquiring) return;
    acquiring = true;
    token = await tokens.acquire();
    acquiring = false;
    if (executor === undefined || overdue) release();
    else pump();
  }

  async function run(on: Executor, batch: readonly Waiting[]): Promise<void> {
    const queries = batch.map(({ query }) => query);
    const items = queries.reduce((total, query) => total + query.items, 0);
    const flight = { items, startedAt: clock.now() };
    flights.add(flight);
    const request = {
      inputs: joinInputs(queries),
      outputs: queries[0]?.outputs ?? [],
      expectedMs: options.expectedMs(items),
    };
    const watch = clock.after(overdueAfter(request.expectedMs), () => {
      overdue = true;
      release();
    });
    const outcome = await on.run(request);
    watch[Symbol.dispose]();
    flights.delete(flight);
    overdue = false;
    if (outcome.kind === 'died' && executor === on) executor = undefined;
    settle(batch, outcome, { items, pid: on.pid, startedAt: flight.startedAt });
    // Others that wait come first: this replica lines up behind them.
    if (flights.size === 0 && tokens.waiting > 0) release();
    pump();
  }

  function settle(batch: readonly Waiting[], outcome: RunOutcome, run: Run): void {
    options.onBatch(batch, outcome);
    if (outcome.kind === 'done') return answer(batch, outcome, run, clock.now());
    if (outcome.kind === 'failed') {
      if (batch.length > 1) return queue.putBack(batch.map((waiting) => ({ ...waiting, alone: true })));
      return batch.forEach(({ reject }) => reject(new ParetoError('internal', `the model failed: ${outcome.message}`)));
    }
    if (!outcome.running) return queue.putBack(batch);
    retryAlone(batch, outcome.death);
  }

  function retryAlone(batch: readonly Waiting[], death: ExecutorDeath): void {
    const again = batch.filter(({ deaths }) => deaths === 0);
    queue.putBack(again.map((waiting) => ({ ...waiting, deaths: 1, alone: true })));
    for (const { deaths, reject } of batch) {
      if (deaths === 0) continue;
      reject(new ParetoError('internal', `the query ended two executors: ${death.reason}`));
      options.onPoison(death);
    }
  }

  return {
    get runningItems() {
      return [...flights].reduce((total, { items }) => total + items, 0);
    },
    get runningLeftMs() {
      let left = 0;
      for (const { items, startedAt } of flights) {
        const expected = options.expectedMs(items) ?? 0;
        left += left === 0 ? Math.max(0, expected - (clock.now() - startedAt)) : expected;
      }
      return left;
    },
    attach(next) {
      executor = next;
      pump();
    },
    async detach() {
      executor = undefined;
      await Promise.all(runs);
      release();
    },
    pump,
  };
}

interface Run {
  readonly items: number;
  readonly pid: number;
  readonly startedAt: Milliseconds;
}

function answer(
  batch: readonly Waiting[],
  outcome: Extract<RunOutcome, { kind: 'done' }>,
  { items, pid, startedAt }: Run,
  endedAt: Milliseconds,
): void {
  const shared = {
    batchItems: items,
    executorPid: pid,
    startedAt,
    endedAt,
    computeMs: milliseconds(outcome.computeMs),
  };
  try {
    const parts = splitOutputs(
      outcome.outputs,
      batch.map(({ query }) => query),
    );
    for (const [index, { resolve }] of batch.entries()) resolve({ ...shared, outputs: parts[index] ?? [] });
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
