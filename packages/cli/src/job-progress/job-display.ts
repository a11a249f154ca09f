// Shows the progress of jobs: permanent lines for what has finished and for each model that begins to answer, and live
// lines for all jobs on a terminal, or else a line from time to time.

import type { Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { Context } from '../context/context.js';
import { formatSpan } from '../terminal/format.js';
import { answers, jobLines, maxJobsShown, totalLine } from './job-lines.js';
import { createJobReporter } from './job-reporter.js';
import { createRemainingTime } from './remaining-time.js';
import { doneText } from './step-text.js';
import type { JobsSnapshot } from './wait-for-jobs.js';

/** Consecutive snapshots without a worker before that is printed: a new leader has no workers for a moment. */
const maxNoWorkerSnapshots = 10;

/** Interval of the line about all jobs in the output of a command that does not run on a terminal. */
const plainTotalMs = 30_000;

export interface DisplayOptions {
  /** Time from which the displayed elapsed time counts. */
  readonly since: Milliseconds;
  /** Set to also print what has finished in the first snapshot, unless the whole job is finished. */
  readonly reportsFirst: boolean;
}

/** Returns a function that displays each new snapshot. */
export function createJobDisplay(
  { terminal, clock }: Pick<Context, 'terminal' | 'clock'>,
  { since, reportsFirst }: DisplayOptions,
): (snapshot: JobsSnapshot) => void {
  const reporter = createJobReporter(terminal.progressPaint);
  const remaining = createRemainingTime();
  /** Jobs whose models answer, those that were seen before they did, and those that are done. */
  const [answering, pending, done] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let isFirst = true;
  let withoutWorker = 0;
  let totalAt: number | undefined;

  const skipFirst = (snapshot: JobsSnapshot): void => {
    const finished = snapshot.jobs.filter((job) => job.done);
    reporter.markReported(reportsFirst ? { ...snapshot, jobs: finished } : snapshot);
    for (const job of finished) {
      done.add(keyOf(job));
      if (reportsFirst && job.steps.length > 0)
        terminal.note(`${job.architecture} version ${job.version} is already generated and measured`);
    }
  };
  /** Notes that an unfinished job's model answers, if it did not before. */
  const noteAnswering = (snapshot: JobsSnapshot, job: wire.Job, elapsedMs: number): void => {
    const key = keyOf(job);
    if (!answers(snapshot, job)) {
      if (snapshot.variants.length > 0) pending.add(key);
      return;
    }
    if (answering.has(key)) return;
    answering.add(key);
    if (job.done || (!reportsFirst && !pending.has(key))) return;
    const after = formatSpan(elapsedMs);
    terminal.note(`${job.architecture} answers queries after ${after}, while its variants are prepared`);
  };
  const noteNews = (snapshot: JobsSnapshot, elapsedMs: number): void => {
    const isMany = snapshot.jobs.length > maxJobsShown;
    for (const line of reporter.newLines(snapshot, { onlyFailures: isMany })) terminal.note(line);
    for (const job of snapshot.jobs) {
      noteAnswering(snapshot, job, elapsedMs);
      if (!job.done || done.has(keyOf(job))) continue;
      done.add(keyOf(job));
      if (isMany) terminal.note(`${job.architecture}: ${doneText(job.steps)}`);
    }
  };

  return (snapshot) => {
    const elapsedMs = clock.now() - since;
    withoutWorker = snapshot.workers ? 0 : withoutWorker + 1;
    if (withoutWorker === maxNoWorkerSnapshots) {
      terminal.note('no worker is connected: waiting for one (Ctrl-C stops waiting, not the registration)');
    }
    if (isFirst) skipFirst(snapshot);
    isFirst = false;
    noteNews(snapshot, elapsedMs);
    const times = { elapsedMs, remainingMs: remaining(snapshot.jobs, clock.now()) };
    if (snapshot.done) return terminal.status([]);
    if (terminal.showsStatus) return terminal.status(jobLines(snapshot, times, terminal.progressPaint));
    totalAt ??= elapsedMs;
    if (elapsedMs - totalAt < plainTotalMs) return;
    totalAt = elapsedMs;
    terminal.note(totalLine(snapshot, times));
  };
}

const keyOf = ({ architecture, version }: wire.Job): string => `${architecture} ${version}`;
