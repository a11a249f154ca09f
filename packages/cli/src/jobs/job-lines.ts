// Live lines of the display: the progress of each job, and its running steps.

import type { Paint } from '../terminal/terminal.js';
import { formatSpan } from '../terminal/format.js';
import { jobNow, progressBar, progressOf } from './step-text.js';
import type { JobsSnapshot } from './wait-for-jobs.js';

/** Number of jobs up to which finished jobs are shown too. */
const maxJobsShown = 10;

export function jobLines({ jobs, workers }: JobsSnapshot, elapsedMs: number, paint: Paint): readonly string[] {
  const shown = jobs.length <= maxJobsShown ? jobs : jobs.filter(({ done }) => !done);
  const nameWidth = Math.max(...shown.map(({ architecture }) => architecture.length));
  const counts = shown.map((job) => progressOf(job).join('/'));
  const countWidth = Math.max(...counts.map(({ length }) => length));
  const lines = shown.map((job, i) => {
    const count = (counts[i] ?? '').padStart(countWidth);
    const bar = paint.cyan(progressBar(...progressOf(job)));
    const now = jobNow(job);
    return `${job.architecture.padEnd(nameWidth)}  ${bar} ${count}  ${job.done ? paint.dim(now) : now}`;
  });
  const left = jobs.filter(({ done }) => !done).length;
  const whole = workers ? `${left} of ${jobs.length} models remaining` : 'no worker is connected';
  return [...lines, paint.dim(`${whole}, ${formatSpan(elapsedMs)}`)];
}
