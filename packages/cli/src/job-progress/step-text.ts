// Texts and progress of the steps of jobs.

import type { wire } from '@pareto/protocol';

/** Returns whether a step is done, declined or failed. */
export const isFinished = ({ state }: wire.JobStep): boolean =>
  state === 'done' || state === 'declined' || state === 'failed';

/** Returns the name of a step's result: a file of the architecture by a recipe, or a variant. */
export const subjectOf = ({ architecture }: wire.Job, { kind, recipe, variant }: wire.JobStep): string =>
  kind === 'make' ? `${architecture}:${recipe}` : variant;

/** Returns a variant's name without the architecture. */
const shortName = (variant: string): string => variant.slice(variant.indexOf(':') + 1);

/** Returns e.g. `int8-static: calibrating (worker-1)`. */
function stepNow({ kind, recipe, variant, worker, detail }: wire.JobStep): string {
  const doing = detail === '' ? (kind === 'make' ? 'generating' : 'measuring') : detail;
  return `${kind === 'make' ? recipe : shortName(variant)}: ${doing}${worker === '' ? '' : ` (${worker})`}`;
}

/** Describes the running steps of a job, or what it is waiting for. */
export function jobNow({ done, steps }: wire.Job): string {
  if (steps.length === 0) return 'waiting for a worker';
  if (done) return doneText(steps);
  const running = steps.filter(({ state }) => state === 'running');
  if (running.length > 0) return running.map(stepNow).join(', ');
  const waiting = steps.find(({ state, detail }) => state === 'waiting' && detail !== '');
  return waiting === undefined ? 'waiting' : `waiting: ${waiting.detail}`;
}

export const doneText = (steps: readonly wire.JobStep[]): string => {
  const count = (wanted: string): number => steps.filter(({ state }) => state === wanted).length;
  const rest = ['declined', 'failed'].flatMap((state) => (count(state) === 0 ? [] : `${count(state)} ${state}`));
  return ['done', ...rest].join(', ');
};

/** Returns the number of finished steps, and of all steps. */
export const progressOf = ({ steps }: wire.Job): readonly [finished: number, all: number] => [
  steps.filter(isFinished).length,
  steps.length,
];

export interface StepCounts {
  readonly running: number;
  readonly waiting: number;
  readonly finished: number;
}

/** Counts the steps of a kind by state. */
export function countSteps(jobs: readonly wire.Job[], kind: 'make' | 'measure'): StepCounts {
  const steps = jobs.flatMap((job) => job.steps.filter((step) => step.kind === kind));
  const running = steps.filter(({ state }) => state === 'running').length;
  const finished = steps.filter(isFinished).length;
  return { running, finished, waiting: steps.length - running - finished };
}

const barColumns = 16;

/** Draws a progress bar of constant width. */
export function progressBar(finished: number, all: number): string {
  const filled = all === 0 ? 0 : Math.floor((barColumns * finished) / all);
  return '█'.repeat(filled) + '░'.repeat(barColumns - filled);
}
