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

/** Returns the output of a display for successive snapshots, on a terminal or in a pipe. */
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

describe('createJobDisplay', () => {
  it('prints steps that are already finished, and one line for a finished job', () => {
    const jobs = [fakeJob('mlp', [failed, running]), fakeJob('cnn', [failed], { version: 3, done: true })];
    assert.deepEqual(show([snapshot(...jobs), snapshot(...jobs)]), [
      'cnn version 3 was already generated and measured\n',
      'failed mlp:fp16: killed\n',
    ]);
  });

  it('prints only newly finished steps with reportsFirst false', () => {
    const after = fakeJob('mlp', [failed, { ...running, state: 'declined', detail: 'no MatMul' }], { done: true });
    const written = show([snapshot(fakeJob('mlp', [failed, running])), snapshot(after)], { reportsFirst: false });
    assert.deepEqual(written, ['declined mlp:int4: no MatMul\n']);
  });

  it('replaces its live lines, and removes them when all jobs are done', () => {
    const done = fakeJob('mlp', [failed], { done: true });
    const written = show([snapshot(fakeJob('mlp', [failed, running])), snapshot(done)], {
      isTTY: true,
      reportsFirst: false,
    });
    const clear = '\x1b[2A\x1b[J';
    assert.deepEqual(
      written.map((text) => (text === clear ? text : stripVTControlCharacters(text))),
      ['mlp  ████████░░░░░░░░ 1/2  int4: generating (w1)\n', '1 of 1 models remaining, 1 min 32 s\n', clear],
    );
  });

  it('prints once that there is no worker for some time', () => {
    const alone = { ...snapshot(fakeJob('mlp', [running])), workers: false };
    const written = show([
      ...Array<JobsSnapshot>(9).fill(alone),
      snapshot(fakeJob('mlp', [running])),
      ...Array<JobsSnapshot>(25).fill(alone),
    ]);
    assert.deepEqual(written, [
      'no worker is connected: waiting for one (Ctrl-C stops waiting, not the registration)\n',
    ]);
  });
});
