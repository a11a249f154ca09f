// Tables of jobs and their steps.

import type { wire } from '@pareto/rpc';
import { formatTable } from '../terminal/table.js';
import type { Paint } from '../terminal/terminal.js';
import { isFinished, jobNow, progressBar, progressOf, subjectOf } from './step-text.js';

interface Step extends wire.JobStep {
  readonly subject: string;
}

/** Formats the jobs and their open and failed steps, or all steps if there is a single job. */
export function formatJobs(jobs: readonly wire.Job[], paint: Paint): string {
  const all = jobs.length === 1;
  const steps = jobs.flatMap((job) =>
    job.steps
      .filter((step) => all || !isFinished(step) || step.state === 'failed')
      .map((step): Step => ({ ...step, subject: subjectOf(job, step) })),
  );
  const table = formatTable<wire.Job>(
    [
      { title: 'MODEL', cell: ({ architecture }) => architecture },
      { title: 'VERSION', align: 'right', cell: ({ version }) => String(version) },
      { title: 'TASK', cell: ({ task }) => task },
      { title: 'STEPS', cell: (job) => `${paint.cyan(progressBar(...progressOf(job)))} ${progressOf(job).join('/')}` },
      { title: 'NOW', cell: jobNow },
    ],
    jobs,
  );
  return steps.length === 0 ? table : `${table}\n\n${formatSteps(steps, paint)}`;
}

function formatSteps(steps: readonly Step[], paint: Paint): string {
  const classes = new Set(steps.flatMap(({ hardwareClass }) => hardwareClass || []));
  const columns = [
    { title: 'STEP', cell: ({ kind }: Step) => kind },
    { title: 'OF', cell: ({ subject }: Step) => subject },
    { title: 'STATE', cell: ({ state }: Step) => paintState(state, paint) },
    { title: 'WORKER', cell: ({ worker }: Step) => worker },
    { title: 'ON', cell: ({ hardwareClass }: Step) => hardwareClass },
    { title: 'DETAIL', cell: ({ detail }: Step) => detail },
  ];
  const isShown = ({ title }: { readonly title: string }): boolean =>
    title === 'ON' ? classes.size > 1 : title !== 'WORKER' || steps.some(({ worker }) => worker !== '');
  return formatTable<Step>(columns.filter(isShown), steps);
}

function paintState(state: string, paint: Paint): string {
  if (state === 'failed') return paint.red(state);
  if (state === 'running') return paint.cyan(state);
  return state === 'done' ? paint.green(state) : paint.dim(state);
}
