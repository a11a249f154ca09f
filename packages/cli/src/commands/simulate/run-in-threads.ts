// Runs simulations in threads, so that the command shows their progress and can be interrupted.

import { Worker } from 'node:worker_threads';
import { ParetoError } from '@pareto/core';
import type { SimulationResult } from '@pareto/simulator';
import { stopMessage, type PlannedRun, type SimulationMessage } from './simulation-task.js';

/** The program of the threads. */
export const simulationProgram: URL = new URL('../../../dist/commands/simulate/simulation-thread.cjs', import.meta.url);

export interface ThreadOptions {
  readonly program: URL;
  readonly maxThreads: number;
  /** Ends the runs early: each returns what it has simulated, if anything. No further ones begin. */
  readonly stop: AbortSignal;
  /** Ends the threads. */
  readonly kill: AbortSignal;
  readonly onStart: (run: PlannedRun) => void;
  readonly onProgress: (run: PlannedRun, share: number) => void;
  readonly onResult: (run: PlannedRun, result: SimulationResult) => Promise<void>;
}

/** Makes the runs in order, a few at a time. Rejects with the first failure, after the threads have ended. */
export async function runInThreads(planned: readonly PlannedRun[], options: ThreadOptions): Promise<void> {
  const failed = new AbortController();
  const signals = {
    stop: AbortSignal.any([options.stop, failed.signal]),
    kill: AbortSignal.any([options.kill, failed.signal]),
  };
  const waiting = [...planned];
  const runNext = async (): Promise<void> => {
    for (let run = waiting.shift(); run !== undefined && !signals.stop.aborted; run = waiting.shift()) {
      const current = run;
      options.onStart(current);
      const onProgress = (share: number): void => options.onProgress(current, share);
      const result = await runInThread(current, options.program, signals, onProgress);
      if (result !== undefined) await options.onResult(current, result);
    }
  };
  const runs = Array.from({ length: Math.min(options.maxThreads, planned.length) }, () =>
    runNext().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(runs);
  await Promise.all(runs);
}

/** Resolves with undefined if the run is stopped before it simulated anything. */
async function runInThread(
  run: PlannedRun,
  program: URL,
  { stop, kill }: Pick<ThreadOptions, 'stop' | 'kill'>,
  onProgress: (share: number) => void,
): Promise<SimulationResult | undefined> {
  const thread = new Worker(program, { workerData: run, execArgv: [] });
  const onStop = (): void => thread.postMessage(stopMessage);
  const onKill = (): void => void thread.terminate();
  stop.addEventListener('abort', onStop, { once: true });
  kill.addEventListener('abort', onKill, { once: true });
  try {
    return await new Promise<SimulationResult | undefined>((resolve, reject) => {
      const fail = (reason: string): void =>
        reject(new ParetoError('internal', `${run.policy} with seed ${run.seed} failed: ${reason}`));
      thread.on('message', (message: SimulationMessage) => {
        if (message.kind === 'progress') onProgress(message.share);
        else if (message.kind === 'result') resolve(message.result);
        else if (message.kind === 'stopped') resolve(undefined);
        else fail(message.error);
      });
      thread.once('error', (error) => fail(error.message));
      thread.once('exit', () =>
        kill.aborted ? reject(kill.reason as Error) : fail('its thread ended without a result'),
      );
    });
  } finally {
    stop.removeEventListener('abort', onStop);
    kill.removeEventListener('abort', onKill);
    await thread.terminate();
  }
}
