// Shows the progress of jobs on the terminal: a permanent line for each finished step, and live lines for all jobs.

import type { Milliseconds } from '@pareto/core';
import type { Context } from '../context/context.js';
import { jobLines } from './job-lines.js';
import { createJobReporter } from './job-reporter.js';
import type { JobsSnapshot } from './wait-for-jobs.js';

/** Consecutive snapshots without a worker before that is printed: a new leader has no workers for a moment. */
const maxNoWorkerSnapshots = 10;

export interface DisplayOptions {
  /** Time from which the displayed elapsed time counts. */
  readonly since: Milliseconds;
  /** Set to also print the steps that are finished in the first snapshot, unless their whole job is finished. */
  readonly reportsFirst: boolean;
}

/** Returns a function that displays each new snapshot. */
export function createJobDisplay(
  { terminal, clock }: Pick<Context, 'terminal' | 'clock'>,
  { since, reportsFirst }: DisplayOptions,
): (snapshot: JobsSnapshot) => void {
  const reporter = createJobReporter(terminal.progressPaint);
  let isFirst = true;
  let withoutWorker = 0;
  return (snapshot) => {
    withoutWorker = snapshot.workers ? 0 : withoutWorker + 1;
    if (withoutWorker === maxNoWorkerSnapshots) {
      terminal.note('no worker is connected: waiting for one (Ctrl-C stops waiting, not the registration)');
    }
    if (isFirst)
      reporter.markReported(reportsFirst ? { ...snapshot, jobs: snapshot.jobs.filter(({ done }) => done) } : snapshot);
    if (isFirst && reportsFirst) {
      for (const { architecture, version } of snapshot.jobs.filter(({ done, steps }) => done && steps.length > 0)) {
        terminal.note(`${architecture} version ${version} was already generated and measured`);
      }
    }
    isFirst = false;
    for (const line of reporter.newLines(snapshot)) terminal.note(line);
    terminal.status(snapshot.done ? [] : jobLines(snapshot, clock.now() - since, terminal.progressPaint));
  };
}
