// Executors beside the replicas, for making, verifying and comparing: they hold no slot, and run when nobody else wants the core.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import {
  readCpuTime,
  runFailure,
  type Executor,
  type ExecutorPool,
  type TensorInput,
  type TensorOutput,
} from '@pareto/runtime';
import type { StepMemory } from '../devices/step-memory.js';

export interface BackgroundDeps {
  readonly pool: ExecutorPool;
  readonly stepMemory: StepMemory;
  /** What one more executor may come to hold. */
  readonly memoryLimitBytes: () => number;
  readonly clock: Clock;
  /** As long as a run may compute; 30 s if left out. */
  readonly maxComputeMs?: Milliseconds;
}

/** A model that runs beside the replicas. */
export interface BackgroundModel extends AsyncDisposable {
  /** All outputs. Throws `failed-precondition` with the reason when it doesn't run. */
  run(inputs: readonly TensorInput[]): Promise<readonly TensorOutput[]>;
}

/** On the cpu, as `who` for people. It ends, if it has not ended before, when the signal aborts. Throws as a load does. */
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
  endWith(executor, signal);
  return {
    async run(inputs) {
      using _watch = await watchTime(executor, deps);
      return await runModel(executor, inputs, who, starvedMs);
    },
    [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
  };
}

/** As long as a run may take by the clock where others want the core all the time: a twentieth of when it counts as hung. */
const starvedMs = milliseconds(15_000);
const defaultMaxComputeMs = milliseconds(30_000);
const watchEvery = milliseconds(500);

/** It gets the core when nobody else wants it: whether it hangs is told by the time that it has computed, and not by the clock. */
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
      executor.kill({ kind: 'hung', reason: `hung: a run computed for more than ${maxComputeMs} ms` });
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

/** Until it ends. */
export function trackStepMemory(executor: Executor, stepMemory: StepMemory): void {
  const tracked = stepMemory.add(async () => (await executor.memory())?.privateBytes ?? 0);
  void executor.died.then(() => tracked[Symbol.dispose]());
}

export function endWith(executor: Executor, signal: AbortSignal): void {
  const end = (): void => void executor[Symbol.asyncDispose]();
  if (signal.aborted) return end();
  signal.addEventListener('abort', end, { once: true });
  void executor.died.then(() => signal.removeEventListener('abort', end));
}

/** All outputs. Throws `failed-precondition` with the reason, `who` being what ran; `unavailable` when another model ended the process. */
export async function runModel(
  executor: Executor,
  inputs: readonly TensorInput[],
  who: string,
  expectedMs?: Milliseconds,
): Promise<readonly TensorOutput[]> {
  const outcome = await executor.run({ inputs, outputs: [], expectedMs });
  if (outcome.kind === 'done') return outcome.outputs;
  throw runFailure(`${who} doesn't run`, outcome);
}
