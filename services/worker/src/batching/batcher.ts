// Runs the batches of one replica on its executor, and answers their queries.

import {
  milliseconds,
  ParetoError,
  TimerWheel,
  type Clock,
  type Milliseconds,
  type ReplicaId,
  type ReplicaLoad,
} from '@pareto/core';
import type { BatchFailure, RunningBatch } from '@pareto/policy';
import type { Executor, RunOutcome, TensorOutput } from '@pareto/runtime';
import { joinInputs, splitOutputs } from './batch-tensors.js';
import type { BatchTimes } from './replica-counts.js';
import type { ReplicaRunner, WorkerDriver } from './worker-driver.js';
import type { WaitingQuery } from './waiting-query.js';

type Batch = RunningBatch<WaitingQuery>;

/** The part of an executor that runs batches. */
type BatchExecutor = Pick<Executor, 'pid' | 'run'>;

export interface BatcherOptions {
  readonly replica: ReplicaId;
  readonly driver: Pick<WorkerDriver, 'dispatch' | 'load'>;
  /** Returns the executor that serves now. Undefined while it loads. */
  readonly executor: () => BatchExecutor | undefined;
  readonly clock: Clock;
  /** Called after a batch has run, immediately before its queries are answered. */
  readonly onBatch: (batch: readonly WaitingQuery[], times: BatchTimes) => void;
  /** Called after the queries of a shared batch were answered, with their outputs and the batch size including the padding. */
  readonly onShared: (
    batch: readonly WaitingQuery[],
    answers: readonly (readonly TensorOutput[])[],
    size: number,
  ) => void;
}

export interface Batcher extends Pick<ReplicaRunner, 'run' | 'fail'> {
  /** Resolves once the queries on an executor are answered. */
  settled(executor: BatchExecutor): Promise<void>;
}

export function createBatcher(options: BatcherOptions): Batcher {
  const { replica, driver, clock } = options;
  /** Runs whose queries are not answered yet. */
  const runs = new Set<ExecutorRun>();
  /** Batches in the executor, the running one first. */
  const inFlight: Batch[] = [];
  const timers = new TimerWheel(clock);
  let timer: Disposable | undefined;
  /** Time at which the last run ended. */
  let idleSince = clock.now();
  /** Failure of the batch that has just ended. */
  let failure: Failure | undefined;

  function watchFirst(): void {
    timer?.[Symbol.dispose]();
    const [first] = inFlight;
    timer = first && timers.after(milliseconds(first.overdueMs), () => driver.dispatch({ kind: 'overdue', replica }));
  }

  function run(on: BatchExecutor, batch: Batch): void {
    const queries = batch.entries.map(({ query }) => query);
    const startedAt = clock.now();
    if (inFlight.push(batch) === 1) watchFirst();
    const inputs = joinInputs(
      queries.map(({ query }) => query),
      batch.size,
    );
    const expectedMs = batch.expectedMs === undefined ? undefined : milliseconds(batch.expectedMs);
    const outcome = on.run({ inputs, outputs: queries[0]?.query.outputs ?? [], expectedMs });
    const inputMs = clock.now() - startedAt;
    const own: ExecutorRun = {
      on,
      ended: outcome.then((ended) => {
        end({ on, batch, queries, startedAt, inputMs }, ended);
        runs.delete(own);
      }),
    };
    runs.add(own);
  }

  function end({ on, batch, queries, startedAt, inputMs }: StartedRun, outcome: RunOutcome): void {
    const endedAt = clock.now();
    inFlight.splice(inFlight.indexOf(batch), 1);
    watchFirst();
    const beganAt = milliseconds(Math.max(startedAt, idleSince - inputMs));
    idleSince = endedAt;
    failure = outcome.kind === 'done' ? undefined : outcome;
    // The next batch starts before the queries of this one are answered, so that the executor is not idle meanwhile.
    const computeMs = outcome.kind === 'done' ? outcome.computeMs : 0;
    driver.dispatch({ kind: 'ended', replica, batch, run: { outcome: kindOf(outcome), beganAt, computeMs } });
    if (outcome.kind !== 'done') return;
    const ran = { items: batch.items, size: batch.size, pid: on.pid, startedAt, beganAt, inputMs, endedAt };
    deliverResults(queries, outcome, ran, () => driver.load(replica), options);
  }

  return {
    run(batch) {
      const executor = options.executor();
      if (executor === undefined) throw new Error('the replica has no executor');
      run(executor, batch);
    },
    fail(query) {
      if (failure === undefined) throw new Error('no batch has failed');
      query.reject(errorOf(failure));
    },
    async settled(executor) {
      await Promise.all([...runs].filter(({ on }) => on === executor).map(({ ended }) => ended));
    },
  };
}

interface ExecutorRun {
  readonly on: BatchExecutor;
  readonly ended: Promise<void>;
}

interface StartedRun {
  readonly on: BatchExecutor;
  readonly batch: Batch;
  readonly queries: readonly WaitingQuery[];
  readonly startedAt: Milliseconds;
  readonly inputMs: number;
}

type Failure = Exclude<RunOutcome, { kind: 'done' }>;

function kindOf(outcome: RunOutcome): 'done' | BatchFailure {
  if (outcome.kind !== 'died') return outcome.kind;
  return outcome.running ? 'died-running' : 'died-waiting';
}

const errorOf = (failure: Failure): ParetoError =>
  new ParetoError(
    'internal',
    failure.kind === 'failed'
      ? `the model failed: ${failure.message}`
      : `the query killed two executors: ${failure.death.reason}`,
  );

interface Ran extends Pick<BatchTimes, 'beganAt' | 'inputMs' | 'endedAt'> {
  readonly items: number;
  /** Number of items including the padding. */
  readonly size: number;
  readonly pid: number;
  readonly startedAt: Milliseconds;
}

/** Counts the batch before it answers the queries, so that a client that has its answer finds it in the statistics. */
function deliverResults(
  batch: readonly WaitingQuery[],
  { outputs, computeMs }: Extract<RunOutcome, { kind: 'done' }>,
  { items, size, pid, startedAt, beganAt, inputMs, endedAt }: Ran,
  loadNow: () => ReplicaLoad,
  { onBatch, onShared, clock }: Pick<BatcherOptions, 'onBatch' | 'onShared' | 'clock'>,
): void {
  try {
    const splittingAt = clock.now();
    const parts = splitOutputs(
      outputs,
      batch.map(({ query }) => query),
      size,
    );
    const splitAt = clock.now();
    // Without a spread, which takes several microseconds.
    onBatch(batch, { beganAt, inputMs, inferMs: computeMs, outputMs: splitAt - splittingAt, endedAt: splitAt });
    const load = loadNow();
    batch.forEach((query, index) => {
      const own = parts[index] ?? [];
      query.resolve({ outputs: own, batchItems: items, executorPid: pid, startedAt, endedAt, computeMs, load });
    });
    if (batch.length > 1) onShared(batch, parts, size);
  } catch (error) {
    for (const query of batch) query.reject(error);
  }
}
