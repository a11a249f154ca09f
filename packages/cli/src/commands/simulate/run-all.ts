// Runs all policies with all seeds, shows the progress, and keeps the results of finished runs.

import type { SimulationResult } from '@pareto/simulator';
import type { Context } from '../../context/context.js';
import { formatSpan } from '../../terminal/format.js';
import { formatProgress } from './format-progress.js';
import type { ResultStore } from './result-store.js';
import { runInThreads } from './run-in-threads.js';
import type { PlannedRun } from './simulation-task.js';

export interface RunOptions {
  readonly runs: readonly PlannedRun[];
  /** Program of the threads. */
  readonly program: URL;
  readonly maxThreads: number;
  /** Keeps the results of finished runs. Undefined if no report is written. */
  readonly store: ResultStore | undefined;
  /** Set to take the results that the store has. Otherwise they are removed. */
  readonly resumes: boolean;
}

/** Returns whether the run was not ended early. */
export const isComplete = ({ simulatedMs, durationMs }: SimulationResult): boolean => simulatedMs >= durationMs;

/**
 * Returns the results in the order of the runs. If the command is interrupted, the last ones are of a part of the duration, and
 * those of runs that did not begin are missing. Rejects if a run fails or its result cannot be kept.
 */
export async function runAll(
  { terminal, clock, stop, kill }: Context,
  { runs, program, maxThreads, store, resumes }: RunOptions,
): Promise<readonly SimulationResult[]> {
  const results =
    resumes && store !== undefined ? await readResults(runs, store) : new Map<PlannedRun, SimulationResult>();
  if (resumes) terminal.note(`${results.size} of ${runs.length} runs are finished already`);
  else await store?.clear();
  const resumed = results.size;
  const startedAt = clock.now();
  const running = new Map<PlannedRun, { share: number; readonly since: number }>();
  const show = (): void => {
    const shares = [...running].map(([{ policy, seed }, { share }]) => ({ policy, seed, share }));
    const counts = { runs: runs.length, finished: results.size, simulated: results.size - resumed };
    const view = { ...counts, running: shares, elapsedMs: clock.now() - startedAt };
    terminal.status(formatProgress(view, terminal.progressPaint));
  };
  await runInThreads(
    runs.filter((run) => !results.has(run)),
    {
      ...{ program, maxThreads, stop, kill },
      onStart: (run) => void running.set(run, { share: 0, since: clock.now() }),
      onProgress(run, share) {
        const state = running.get(run);
        if (state !== undefined) state.share = share;
        show();
      },
      async onResult(run, result) {
        const tookMs = clock.now() - (running.get(run)?.since ?? startedAt);
        running.delete(run);
        results.set(run, result);
        show();
        if (!isComplete(result)) return;
        await store?.write(result);
        if (!terminal.showsStatus) terminal.note(`${run.policy}, seed ${run.seed}: simulated in ${formatSpan(tookMs)}`);
      },
    },
  );
  terminal.status([]);
  return runs.flatMap((run) => results.get(run) ?? []);
}

async function readResults(
  runs: readonly PlannedRun[],
  store: ResultStore,
): Promise<Map<PlannedRun, SimulationResult>> {
  const found = new Map<PlannedRun, SimulationResult>();
  for (const run of runs) {
    const result = await store.read(run);
    if (result !== undefined) found.set(run, result);
  }
  return found;
}
