import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { milliseconds, systemClock } from '@pareto/core';
import { createJobDisplay } from '../../src/job-progress/job-display.js';
import type { JobsSnapshot } from '../../src/job-progress/wait-for-jobs.js';
import { createTerminal } from '../../src/terminal/terminal.js';
import { fakeVariant } from '../support/fake-description.js';
import { fakeJob, fakeStep } from '../support/fake-jobs.js';

const failed = fakeStep('make', 'failed', { recipe: 'fp16', detail: 'killed' });
const running = fakeStep('make', 'running', { recipe: 'int4', worker: 'w1' });

const snapshot = (...jobs: JobsSnapshot['jobs']): JobsSnapshot => ({
  ...{ jobs, architectures: [], variants: [], outcomes: [], workers: true },
  done: jobs.every(({ done }) => done),
});

/** Returns the output of a display for successive snapshots, on a terminal or in a pipe. */
function show(
  snapshots: readonly JobsSnapshot[],
  more: { readonly reportsFirst?: boolean; readonly isTTY?: boolean; readonly stepMs?: number } = {},
): string[] {
  const { reportsFirst = true, isTTY = false, stepMs = 0 } = more;
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text), isTTY, columns: 80, rows: 24 };
  const terminal = createTerminal(output, output);
  let now = 92_000;
  const clock = { ...systemClock, now: () => milliseconds(now) };
  const display = createJobDisplay({ terminal, clock }, { since: milliseconds(0), reportsFirst });
  for (const each of snapshots) {
    display(each);
    now += stepMs;
  }
  return written;
}

describe('createJobDisplay', () => {
  it('prints steps that are already finished, and one line for a finished job', () => {
    const jobs = [fakeJob('mlp', [failed, running]), fakeJob('cnn', [failed], { version: 3, done: true })];
    assert.deepEqual(show([snapshot(...jobs), snapshot(...jobs)]), [
      'cnn version 3 is already generated and measured\n',
      'failed mlp:fp16: killed\n',
    ]);
  });

  it('prints only newly finished steps with reportsFirst false', () => {
    const after = fakeJob('mlp', [failed, { ...running, state: 'done' }], { done: true });
    const written = show([snapshot(fakeJob('mlp', [failed, running])), snapshot(after)], { reportsFirst: false });
    assert.deepEqual(written, ['made mlp:int4\n']);
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
      [
        'mlp  pending  ████████░░░░░░░░ 1/2  int4: generating (w1)\n',
        '████████░░░░░░░░ 1 of 2 steps, 1 generating, 0 of 1 model answers, 1 min 32 s\n',
        clear,
      ],
    );
  });

  it('prints once that a model answers, while its job is not done', () => {
    const before = snapshot(fakeJob('mlp', [running]), fakeJob('cnn', [running]));
    const variants = [fakeVariant({ name: 'mlp:original' }), fakeVariant({ name: 'cnn:original', denied: 'by ann' })];
    const after = { ...before, variants };
    assert.deepEqual(show([before, after, after]), [
      'mlp answers queries after 1 min 32 s, while its variants are prepared\n',
    ]);
    assert.deepEqual(show([before, after, after], { reportsFirst: false }), [], 'it may have answered before');
    const cold = { ...before, variants: variants.slice(1) };
    assert.equal(show([cold, after], { reportsFirst: false }).length, 1);
  });

  it('prints one line for each of many models, and each failure', () => {
    const names = Array.from({ length: 12 }, (_, i) => `m${i}`);
    const first = names.map((name) => fakeJob(name, [running]));
    const declined = { ...running, state: 'declined', detail: 'no MatMul' };
    const last = first.map((job, i) => ({ ...job, steps: [i === 3 ? failed : declined], done: true }));
    assert.deepEqual(show([snapshot(...first), snapshot(...last)]).slice(0, 3), [
      'failed m3:fp16: killed\n',
      'm0: done, 1 declined\n',
      'm1: done, 1 declined\n',
    ]);
  });

  it('prints a line about all jobs every 30 s without a terminal', () => {
    const jobs = snapshot(fakeJob('mlp', [failed, running]));
    assert.deepEqual(show(Array<JobsSnapshot>(5).fill(jobs), { reportsFirst: false, stepMs: 10_000 }), [
      '1 of 2 steps, 1 generating, 0 of 1 model answers, 2 min 2 s\n',
    ]);
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
