// Runs models in the background, to calibrate, verify and compare. These executors hold no slot, and run at the lowest
// priority.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import {
  readCpuTime,
  runFailure,
  type Executor,
  type ExecutorPool,
  type RunOutcome,
  type TensorInput,
  type TensorOutput,
} from '@pareto/runtime';
import type { StepMemory } from '../devices/step-memory.js';

export interface BackgroundDeps {
  readonly pool: ExecutorPool;
  readonly stepMemory: StepMemory;
  /** Returns the memory limit of one more executor. */
  readonly memoryLimitBytes: () => number;
  readonly clock: Clock;
  /** Maximum CPU time of a run. Default: 30 s. */
  readonly maxComputeMs?: Milliseconds;
}

/** A model that runs at the lowest priority. */
export interface BackgroundModel extends AsyncDisposable {
  /** Runs the model and returns all outputs. Throws `failed-precondition` with the reason if the run fails. */
  run(inputs: readonly TensorInput[]): Promise<readonly TensorOutput[]>;
  /** Runs the model and returns the outcome. Never rejects. */
  tryRun(inputs: readonly TensorInput[]): Promise<RunOutcome>;
}

/**
 * Loads a model on the cpu. `who` names it in errors. The executor ends when the signal aborts. Throws the error of a
 * failed load.
 */
export async function loadInBackground(
  who: string,
  modelPath: string,
  deps: BackgroundDeps,
  signal: AbortSignal,
): Promise<BackgroundModel> {
  const memoryLimitBytes = deps.memoryLimitBytes();
  const options = { modelPath, modelName: who, provider: 'cpu', threads: 1, nice: true, memoryLimitBytes };
  const executor = await deps.pool.load(options, signal);
  trackStepMemory(executor, deps.stepMemory);
  endOnAbort(executor, signal);
  async function tryRun(inputs: readonly TensorInput[]): Promise<RunOutcome> {
    using _watch = await watchTime(executor, deps);
    return await executor.run({ inputs, outputs: [], expectedMs: backgroundExpectedMs });
  }
  return {
    run: async (inputs) => outputsOf(await tryRun(inputs), who),
    tryRun,
    [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
  };
}

/** Expected time of a run, high enough for a core that is always busy: a run counts as hung after 20 times as long. */
const backgroundExpectedMs = milliseconds(15_000);
const defaultMaxComputeMs = milliseconds(30_000);
const watchEvery = milliseconds(500);

/**
 * Kills an executor that uses too much CPU time. Elapsed time would not show a hang, because the executor waits for the
 * core at its priority.
 */
async function watchTime(
  executor: Executor,
  { clock, maxComputeMs = defaultMaxComputeMs }: Pick<BackgroundDeps, 'clock' | 'maxComputeMs'>,
): Promise<Disposable> {
  const before = await readCpuTime(executor.pid);
  let timer: Disposable | undefined;
  let isOver = before === undefined;
  const check = async (): Promise<void> => {
    const now = await readCpuTime(executor.pid);
    if (isOver || now === undefined) return;
    if (now - (before ?? now) > maxComputeMs) {
      executor.kill({ kind: 'hung', reason: `hung: a run used more than ${maxComputeMs} ms of CPU time` });
    } else timer = clock.after(watchEvery, () => void check());
  };
  if (!isOver) timer = clock.after(watchEvery, () => void check());
  return {
    [Symbol.dispose]: () => {
      isOver = true;
      timer?.[Symbol.dispose]();
    },
  };
}

/** Counts the executor's memory as memory of steps until it ends. */
export function trackStepMemory(executor: Executor, stepMemory: StepMemory): void {
  const tracked = stepMemory.add(() => executor.memory()?.privateBytes ?? 0);
  void executor.died.then(() => tracked[Symbol.dispose]());
}

/** Ends the executor when the signal aborts. */
export function endOnAbort(executor: Executor, signal: AbortSignal): void {
  const end = (): void => void executor[Symbol.asyncDispose]();
  if (signal.aborted) return end();
  signal.addEventListener('abort', end, { once: true });
  void executor.died.then(() => signal.removeEventListener('abort', end));
}

/**
 * Returns all outputs. Throws `failed-precondition` with the reason if the model fails, `unavailable` if another model
 * ended its process. `who` names the model in errors.
 */
export async function runModel(
  executor: Executor,
  inputs: readonly TensorInput[],
  who: string,
): Promise<readonly TensorOutput[]> {
  return outputsOf(await executor.run({ inputs, outputs: [], expectedMs: undefined }), who);
}

function outputsOf(outcome: RunOutcome, who: string): readonly TensorOutput[] {
  if (outcome.kind === 'done') return outcome.outputs;
  throw runFailure(`${who} doesn't run`, outcome);
}
