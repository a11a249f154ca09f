// Tables of jobs and their steps.

import type { wire } from '@pareto/protocol';
import { defaultWidth, formatTable } from '@pareto/report';
import type { Paint } from '../../terminal/terminal.js';
import { isFinished, jobNow, progressBar, progressOf, subjectOf } from '../../job-progress/step-text.js';

interface Step extends wire.JobStep {
  readonly subject: string;
}

/** Formats the jobs and their open and failed steps, or all steps if there is a single job. */
export function formatJobs(jobs: readonly wire.Job[], paint: Paint, width: number = defaultWidth): string {
  const all = jobs.length === 1;
  const steps = jobs.flatMap((job) =>
    job.steps
      .filter((step) => all || !isFinished(step) || step.state === 'failed')
      .map((step): Step => ({ ...step, subject: subjectOf(job, step) })),
  );
  const table = formatTable<wire.Job>(
    [
      { title: 'MODEL', cell: ({ architecture }) => architecture },
      { title: 'VERSION', align: 'right', drop: 2, cell: ({ version }) => String(version) },
      { title: 'TASK', drop: 1, cell: ({ task }) => task },
      { title: 'STEPS', cell: (job) => `${paint.cyan(progressBar(...progressOf(job)))} ${progressOf(job).join('/')}` },
      { title: 'NOW', text: true, cell: jobNow },
    ],
    jobs,
    { width },
  );
  return steps.length === 0 ? table : `${table}\n\n${formatSteps(steps, paint, width)}`;
}

function formatSteps(steps: readonly Step[], paint: Paint, width: number): string {
  const classes = new Set(steps.flatMap(({ hardwareClass }) => hardwareClass || []));
  const columns = [
    { title: 'STEP', cell: ({ kind }: Step) => kind },
    { title: 'OF', cell: ({ subject }: Step) => subject },
    { title: 'STATE', cell: ({ state }: Step) => paintState(state, paint) },
    { title: 'WORKER', drop: 1, optional: true, cell: ({ worker }: Step) => worker },
    { title: 'ON', drop: 2, cell: ({ hardwareClass }: Step) => hardwareClass },
    { title: 'DETAIL', text: true, cell: ({ detail }: Step) => detail },
  ];
  const isShown = ({ title }: { readonly title: string }): boolean => title !== 'ON' || classes.size > 1;
  return formatTable<Step>(columns.filter(isShown), steps, { width });
}

function paintState(state: string, paint: Paint): string {
  if (state === 'failed') return paint.red(state);
  if (state === 'running') return paint.cyan(state);
  return state === 'done' ? paint.green(state) : paint.dim(state);
}
