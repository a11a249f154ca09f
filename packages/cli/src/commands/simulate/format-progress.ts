// The progress of a simulation: a bar for each run, and one for all with an estimate of the time left.

import { formatSpan } from '../../terminal/format.js';
import { progressBar } from '../../job-progress/step-text.js';
import type { Paint } from '../../terminal/terminal.js';
import type { RunId } from './result-store.js';

export interface ProgressView {
  readonly runs: number;
  /** Finished runs, with those of an earlier command. */
  readonly finished: number;
  /** Runs that this command has finished. */
  readonly simulated: number;
  readonly running: readonly (RunId & { readonly share: number })[];
  readonly elapsedMs: number;
}

/** Share of all runs from which the time left is estimated. */
const minShare = 0.01;

/** Returns the time until all runs are finished, if they take as long as those so far. Undefined at the start. */
export function remainingMs({ runs, finished, simulated, running, elapsedMs }: ProgressView): number | undefined {
  const done = simulated + running.reduce((sum, { share }) => sum + share, 0);
  const left = runs - finished - (done - simulated);
  return done / (done + left) < minShare ? undefined : (elapsedMs * left) / done;
}

/** Returns lines for a terminal. */
export function formatProgress(view: ProgressView, paint: Paint): readonly string[] {
  const { runs, finished, running } = view;
  const names = running.map(({ policy, seed }) => `${policy}, seed ${seed}`);
  const width = Math.max(...names.map(({ length }) => length), 'all'.length);
  const line = (name: string, share: number, note: string): string =>
    `${name.padEnd(width)}  ${paint.green(progressBar(share, 1))}  ${note}`;
  const share = (finished + running.reduce((sum, each) => sum + each.share, 0)) / runs;
  const left = remainingMs(view);
  const estimate = left === undefined ? '' : `, about ${formatSpan(Math.ceil(left / 1_000) * 1_000)} left`;
  return [
    ...running.map((each, index) => line(names[index] ?? '', each.share, `${Math.floor(each.share * 100)} %`)),
    line('all', share, `${finished} of ${runs} runs${estimate}`),
  ];
}
