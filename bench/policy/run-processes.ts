// The processes of the comparison, which simulate runs at the same time.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ComparisonOptions } from './comparison.js';
import type { ComparedTotals } from './rows.js';

/** Names a run of the comparison. */
export interface RunRequest {
  readonly group: string;
  readonly window: number;
  readonly policy: string;
  /** Numbers of workers by entry of the fleet. Those of the scenario if undefined. */
  readonly workers?: readonly number[];
}

/** Simulates a run in a process that simulates nothing else meanwhile. */
export type SimulateRun = (run: RunRequest) => Promise<ComparedTotals>;

/**
 * Calls `work` with each of the items in order, at most `jobs` at a time. Rejects when a call rejects. The processes end with this one, or
 * when all items are done.
 */
export async function forEachInProcesses<T>(
  items: readonly T[],
  { jobs, ...options }: ComparisonOptions & { readonly jobs: number },
  work: (item: T, simulateRun: SimulateRun) => Promise<void>,
): Promise<void> {
  const left = items.values();
  async function workThrough(): Promise<void> {
    let child: ChildProcess | undefined;
    const simulateRun: SimulateRun = (run) => callProcess((child ??= startProcess(options)), run);
    for (const item of left) await work(item, simulateRun);
    child?.disconnect();
  }
  await Promise.all(Array.from({ length: jobs }, workThrough));
}

const startProcess = (options: ComparisonOptions): ChildProcess =>
  fork(fileURLToPath(new URL('run-process.ts', import.meta.url)), [JSON.stringify(options)], {
    execArgv: ['--import=tsx'],
  });

async function callProcess(child: ChildProcess, run: RunRequest): Promise<ComparedTotals> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    child.send(run);
    return await Promise.race([
      once(child, 'message', { signal }).then(([totals]) => totals as ComparedTotals),
      once(child, 'exit', { signal }).then(([code]): never => {
        throw new Error(`${run.group}, window ${run.window}: ${run.policy}: the process ended with ${String(code)}`);
      }),
    ]);
  } finally {
    ended.abort();
  }
}
