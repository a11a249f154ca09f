// Steps of jobs as people read them.

import type { wire } from '@pareto/rpc';

/** Steps that need nothing more. */
export const isFinished = ({ state }: wire.JobStep): boolean =>
  state === 'done' || state === 'declined' || state === 'failed';

/** What a step brings: a file of the architecture by a recipe, or a variant. */
export const subjectOf = ({ architecture }: wire.Job, { kind, recipe, variant }: wire.JobStep): string =>
  kind === 'make' ? `${architecture}:${recipe}` : variant;

/** A variant without its architecture, where that is clear. */
const shortName = (variant: string): string => variant.slice(variant.indexOf(':') + 1);

/** `int8-static: calibrating (worker-1)`. */
function stepNow({ kind, recipe, variant, worker, detail }: wire.JobStep): string {
  const doing = detail === '' ? (kind === 'make' ? 'making' : 'measuring') : detail;
  return `${kind === 'make' ? recipe : shortName(variant)}: ${doing}${worker === '' ? '' : ` (${worker})`}`;
}

/** What a job does now, or waits for. */
export function jobNow({ done, steps }: wire.Job): string {
  if (steps.length === 0) return 'waiting for a worker';
  if (done) return doneText(steps);
  const running = steps.filter(({ state }) => state === 'running');
  if (running.length > 0) return running.map(stepNow).join(', ');
  const waiting = steps.find(({ state, detail }) => state === 'waiting' && detail !== '');
  return waiting === undefined ? 'waiting' : `waiting: ${waiting.detail}`;
}

const doneText = (steps: readonly wire.JobStep[]): string => {
  const count = (wanted: string): number => steps.filter(({ state }) => state === wanted).length;
  const rest = ['declined', 'failed'].flatMap((state) => (count(state) === 0 ? [] : `${count(state)} ${state}`));
  return ['done', ...rest].join(', ');
};

/** How many steps of how many need nothing more. */
export const progressOf = ({ steps }: wire.Job): readonly [finished: number, all: number] => [
  steps.filter(isFinished).length,
  steps.length,
];

const barColumns = 16;

/** As wide for whatever it shows. */
export function progressBar(finished: number, all: number): string {
  const filled = all === 0 ? 0 : Math.floor((barColumns * finished) / all);
  return '█'.repeat(filled) + '░'.repeat(barColumns - filled);
}
