import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { milliseconds, systemClock } from '@pareto/core';
import { createJobDisplay } from '../../src/jobs/job-display.js';
import type { JobsSnapshot } from '../../src/jobs/wait-for-jobs.js';
import { createTerminal } from '../../src/terminal/terminal.js';
import { fakeJob, fakeStep } from '../support/fake-jobs.js';

const failed = fakeStep('make', 'failed', { recipe: 'fp16', detail: 'killed' });
const running = fakeStep('make', 'running', { recipe: 'int4', worker: 'w1' });

const snapshot = (...jobs: JobsSnapshot['jobs']): JobsSnapshot => ({
  ...{ jobs, variants: [], outcomes: [], workers: true },
  done: jobs.every(({ done }) => done),
});

/** What a display writes of one look after the other, on a terminal or in a script. */
function show(
  snapshots: readonly JobsSnapshot[],
  more: { readonly reportsFirst?: boolean; readonly isTTY?: boolean } = {},
): string[] {
  const { reportsFirst = true, isTTY = false } = more;
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text), isTTY, columns: 80, rows: 24 };
  const terminal = createTerminal(output, output);
  const clock = { ...systemClock, now: () => milliseconds(92_000) };
  const display = createJobDisplay({ terminal, clock }, { since: milliseconds(0), reportsFirst });
  snapshots.forEach(display);
  return written;
}

describe('a display of jobs', () => {
  it('tells what is finished already, but of a job that is over in one line', () => {
    const jobs = [fakeJob('mlp', [failed, running]), fakeJob('cnn', [failed], { version: 3, done: true })];
    assert.deepEqual(show([snapshot(...jobs), snapshot(...jobs)]), [
      'cnn version 3 was made and measured before\n',
      'failed mlp:fp16: killed\n',
    ]);
  });

  it('tells only what is finished from now on, where that is what is asked for', () => {
    const after = fakeJob('mlp', [failed, { ...running, state: 'declined', detail: 'no MatMul' }], { done: true });
    const written = show([snapshot(fakeJob('mlp', [failed, running])), snapshot(after)], { reportsFirst: false });
    assert.deepEqual(written, ['declined mlp:int4: no MatMul\n']);
  });

  it('draws over its live lines, and leaves none when all is done', () => {
    const done = fakeJob('mlp', [failed], { done: true });
    const written = show([snapshot(fakeJob('mlp', [failed, running])), snapshot(done)], {
      isTTY: true,
      reportsFirst: false,
    });
    const clear = '\x1b[2A\x1b[J';
    assert.deepEqual(
      written.map((text) => (text === clear ? text : stripVTControlCharacters(text))),
      ['mlp  ████████░░░░░░░░ 1/2  int4: making (w1)\n', '1 of 1 models to go, 1 min 32 s\n', clear],
    );
  });

  it('says so when there is no worker for some time, once', () => {
    const alone = { ...snapshot(fakeJob('mlp', [running])), workers: false };
    const written = show([
      ...Array<JobsSnapshot>(9).fill(alone),
      snapshot(fakeJob('mlp', [running])),
      ...Array<JobsSnapshot>(25).fill(alone),
    ]);
    assert.deepEqual(written, [
      'no worker is connected: waiting for one (Ctrl-C ends the waiting, not the registration)\n',
    ]);
  });
});
