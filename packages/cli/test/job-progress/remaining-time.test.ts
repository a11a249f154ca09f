import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import { createRemainingTime } from '../../src/job-progress/remaining-time.js';
import { fakeJob, fakeStep } from '../support/fake-jobs.js';

type Kind = 'make' | 'measure';
const durationMs: Readonly<Record<Kind, number>> = { make: 1_000, measure: 5_000 };

/**
 * Simulates steps that run in order, `workers` at a time. A file is measured after all other steps, and its measurement
 * is listed when the file is made.
 */
function simulate(kinds: readonly Kind[], workers: number) {
  const free = new Array<number>(workers).fill(0);
  const run = (kind: Kind, recipe: string, listedAt: number) => {
    const start = Math.max(Math.min(...free), listedAt);
    const end = start + durationMs[kind];
    free[free.indexOf(Math.min(...free))] = end;
    return { kind, recipe, listedAt, start, end };
  };
  const listed = kinds.map((kind) => run(kind, kind === 'make' ? 'fp16' : 'original', 0));
  const following = listed.filter(({ kind }) => kind === 'make').map(({ end }) => run('measure', 'fp16', end));
  const all = [...listed, ...following];
  const jobsAt = (now: number): readonly wire.Job[] => {
    const known = all.filter(({ listedAt }) => now >= listedAt);
    const stateAt = ({ start, end }: (typeof all)[number]): string =>
      now >= end ? 'done' : now >= start ? 'running' : 'waiting';
    return [
      fakeJob(
        'm',
        known.map((step) => fakeStep(step.kind, stateAt(step), { recipe: step.recipe })),
      ),
    ];
  };
  return { jobsAt, endMs: Math.max(...all.map(({ end }) => end)) };
}

describe('createRemainingTime', () => {
  it('has no estimate until some steps have finished', () => {
    const remaining = createRemainingTime();
    const { jobsAt } = simulate(['make', 'make', 'make', 'make'], 1);
    assert.deepEqual(
      [0, 500, 1_500, 2_500].map((now) => remaining(jobsAt(now), now)),
      Array(4).fill(undefined),
    );
    assert.ok(remaining(jobsAt(3_500), 3_500) !== undefined);
  });

  for (const workers of [1, 3]) {
    for (const part of [0.25, 0.5, 0.75]) {
      it(`estimates by the times of the steps so far, of ${workers} at a time, after ${part} of the time`, () => {
        const kinds = Array.from({ length: 60 }, (_, i): Kind => (i % 3 === 0 ? 'make' : 'measure'));
        const { jobsAt, endMs } = simulate(kinds, workers);
        const remaining = createRemainingTime();
        const nowMs = endMs * part;
        let estimate: number | undefined;
        for (let now = 0; now <= nowMs; now += 300) estimate = remaining(jobsAt(now), now);
        const actual = endMs - nowMs;
        assert.ok(estimate !== undefined && Math.abs(estimate / actual - 1) < 0.2, `${estimate} of ${actual}`);
      });
    }
  }

  it('does not count steps that were finished before', () => {
    const remaining = createRemainingTime();
    const done = Array.from({ length: 9 }, () => fakeStep('make', 'done', { recipe: 'fp16' }));
    const jobs = [fakeJob('m', [...done, fakeStep('make', 'running', { recipe: 'int4' })])];
    assert.equal(remaining(jobs, 0), undefined);
    assert.equal(remaining(jobs, 1_000), undefined);
  });
});
