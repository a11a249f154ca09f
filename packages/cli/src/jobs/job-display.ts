// Shows on a terminal how jobs go: a line for each step that is done, live ones for how far all are.

import type { Milliseconds } from '@pareto/core';
import type { Context } from '../context/context.js';
import { jobLines } from './job-lines.js';
import { createJobStory } from './job-story.js';
import type { JobsLook } from './wait-for-jobs.js';

/** Looks in a row without a worker before it is told: a new leader has none for a moment. */
const tellingLooks = 10;

export interface DisplayOptions {
  /** Since when time is counted. */
  readonly since: Milliseconds;
  /** Steps that are finished at the first look are told too, unless the whole job is. */
  readonly tellsFirst: boolean;
}

/** Takes one look after the other. */
export function createJobDisplay(
  { terminal, clock }: Pick<Context, 'terminal' | 'clock'>,
  { since, tellsFirst }: DisplayOptions,
): (look: JobsLook) => void {
  const story = createJobStory(terminal.progressPaint);
  let isFirst = true;
  let looksWithout = 0;
  return (look) => {
    looksWithout = look.workers ? 0 : looksWithout + 1;
    if (looksWithout === tellingLooks) {
      terminal.note('no worker is connected: waiting for one (Ctrl-C ends the waiting, not the registration)');
    }
    if (isFirst) story.skip(tellsFirst ? { ...look, jobs: look.jobs.filter(({ done }) => done) } : look);
    if (isFirst && tellsFirst) {
      for (const { architecture, version } of look.jobs.filter(({ done, steps }) => done && steps.length > 0)) {
        terminal.note(`${architecture} version ${version} was made and measured before`);
      }
    }
    isFirst = false;
    for (const line of story.tell(look)) terminal.note(line);
    terminal.status(look.done ? [] : jobLines(look, clock.now() - since, terminal.progressPaint));
  };
}
