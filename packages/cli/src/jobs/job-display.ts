// Shows on a terminal how jobs go: a line for each step that is done, live ones for how far all are.

import type { Milliseconds } from '@pareto/core';
import type { Context } from '../context/context.js';
import { jobLines } from './job-lines.js';
import { createJobReporter } from './job-reporter.js';
import type { JobsSnapshot } from './wait-for-jobs.js';

/** Looks in a row without a worker before it is told: a new leader has none for a moment. */
const noWorkerSnapshots = 10;

export interface DisplayOptions {
  /** Since when time is counted. */
  readonly since: Milliseconds;
  /** Steps that are finished at the first look are told too, unless the whole job is. */
  readonly reportsFirst: boolean;
}

/** Takes one look after the other. */
export function createJobDisplay(
  { terminal, clock }: Pick<Context, 'terminal' | 'clock'>,
  { since, reportsFirst }: DisplayOptions,
): (snapshot: JobsSnapshot) => void {
  const reporter = createJobReporter(terminal.progressPaint);
  let isFirst = true;
  let withoutWorker = 0;
  return (snapshot) => {
    withoutWorker = snapshot.workers ? 0 : withoutWorker + 1;
    if (withoutWorker === noWorkerSnapshots) {
      terminal.note('no worker is connected: waiting for one (Ctrl-C ends the waiting, not the registration)');
    }
    if (isFirst)
      reporter.markReported(reportsFirst ? { ...snapshot, jobs: snapshot.jobs.filter(({ done }) => done) } : snapshot);
    if (isFirst && reportsFirst) {
      for (const { architecture, version } of snapshot.jobs.filter(({ done, steps }) => done && steps.length > 0)) {
        terminal.note(`${architecture} version ${version} was made and measured before`);
      }
    }
    isFirst = false;
    for (const line of reporter.newLines(snapshot)) terminal.note(line);
    terminal.status(snapshot.done ? [] : jobLines(snapshot, clock.now() - since, terminal.progressPaint));
  };
}
