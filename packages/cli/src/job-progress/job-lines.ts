// Live lines of the display: the progress of each job, and a line about all of them.

import type { wire } from '@pareto/protocol';
import { isServable } from '../objects/variant-state.js';
import type { Paint } from '../terminal/terminal.js';
import { formatSpan } from '../terminal/format.js';
import { countSteps, isFinished, jobNow, progressBar, progressOf } from './step-text.js';
import type { JobsSnapshot } from './wait-for-jobs.js';

/** Number of jobs up to which every job and every step has a line. */
export const maxJobsShown = 10;

/** Time that has passed, and the estimate of the time that remains. */
export interface JobTimes {
  readonly elapsedMs: number;
  readonly remainingMs: number | undefined;
}

/** Returns whether a variant of the job's version answers queries. */
export const answers = ({ variants }: Pick<JobsSnapshot, 'variants'>, { architecture, version }: wire.Job): boolean =>
  variants.some((one) => one.architecture === architecture && one.version === version && isServable(one));

export function jobLines(snapshot: JobsSnapshot, times: JobTimes, paint: Paint): readonly string[] {
  const { jobs } = snapshot;
  const shown = jobs.length <= maxJobsShown ? jobs : jobs.filter(isRunning).slice(0, maxJobsShown);
  const nameWidth = Math.max(...shown.map(({ architecture }) => architecture.length));
  const counts = shown.map((job) => progressOf(job).join('/'));
  const countWidth = Math.max(...counts.map(({ length }) => length));
  const lines = shown.map((job, i) => {
    const count = (counts[i] ?? '').padStart(countWidth);
    const bar = paint.cyan(progressBar(...progressOf(job)));
    const state = answers(snapshot, job) ? paint.green('answers') : paint.dim('pending');
    const now = jobNow(job);
    return `${job.architecture.padEnd(nameWidth)}  ${state}  ${bar} ${count}  ${job.done ? paint.dim(now) : now}`;
  });
  const all = jobs.flatMap(({ steps }) => steps);
  const bar = paint.cyan(progressBar(all.filter(isFinished).length, all.length));
  return [...lines, `${bar} ${totalLine(snapshot, times)}`];
}

const isRunning = ({ steps }: wire.Job): boolean => steps.some(({ state }) => state === 'running');

/** Returns what is servable, generated, measured and waiting, and the times, in one line. */
export function totalLine(snapshot: JobsSnapshot, { elapsedMs, remainingMs }: JobTimes): string {
  const { jobs, workers } = snapshot;
  const [make, measure] = [countSteps(jobs, 'make'), countSteps(jobs, 'measure')];
  const finished = make.finished + measure.finished;
  const waiting = make.waiting + measure.waiting;
  const answering = jobs.filter((job) => answers(snapshot, job)).length;
  return [
    `${finished} of ${finished + waiting + make.running + measure.running} steps`,
    ...(make.running > 0 ? [`${make.running} generating`] : []),
    ...(measure.running > 0 ? [`${measure.running} measuring`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    `${answering} of ${jobs.length} ${jobs.length === 1 ? 'model answers' : 'models answer'}`,
    ...(workers ? [] : ['no worker is connected']),
    formatSpan(elapsedMs),
    ...(remainingMs === undefined ? [] : [`about ${formatSpan(roundUp(remainingMs))} left`]),
  ].join(', ');
}

/** Rounds up to 5 s, or to 10 s from a minute, or to a minute from ten. */
function roundUp(ms: number): number {
  const unit = ms < 60_000 ? 5_000 : ms < 600_000 ? 10_000 : 60_000;
  return Math.max(unit, Math.ceil(ms / unit) * unit);
}
