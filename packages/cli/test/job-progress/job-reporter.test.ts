import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import pc from 'picocolors';
import { jobLines } from '../../src/job-progress/job-lines.js';
import { createJobReporter } from '../../src/job-progress/job-reporter.js';
import { formatJobs } from '../../src/commands/jobs/job-table.js';
import { jobsSnapshot, type JobsSnapshot } from '../../src/job-progress/wait-for-jobs.js';
import { cpu, fakeArchitecture, fakeOutcome, fakeVariant } from '../support/fake-description.js';
import { fakeJob, fakeStep } from '../support/fake-jobs.js';

const paint = pc.createColors(false);

const file = (sizeBytes: number): wire.Manifest => ({ files: [{ path: 'model.onnx', digest: '', sizeBytes }] });

/** Steps of a running job: the original is measured, one file is generated, others are in progress. */
const steps = [
  fakeStep('measure', 'done', { recipe: 'original', variant: 'mlp:original' }),
  fakeStep('make', 'done', { recipe: 'int8-dynamic' }),
  fakeStep('make', 'declined', { recipe: 'int8-static', detail: 'it has no convolution' }),
  fakeStep('make', 'running', { recipe: 'int4', worker: 'worker-2', detail: 'comparing' }),
  fakeStep('measure', 'running', {
    recipe: 'int8-dynamic',
    variant: 'mlp:int8-dynamic',
    worker: 'worker-1',
    detail: 'batch 8',
  }),
  fakeStep('make', 'waiting', { recipe: 'fp16', detail: 'both workers are busy' }),
];

const snapshot = (own: readonly wire.JobStep[], more: Partial<JobsSnapshot> = {}): JobsSnapshot => ({
  ...{
    jobs: [fakeJob('mlp', own)],
    architectures: [],
    variants: [fakeVariant({ name: 'mlp:original', accuracy: 0.98, sizeBytes: 4_000_000 })],
  },
  ...{ outcomes: [fakeOutcome('mlp', 'int8-dynamic', { manifest: file(1_000_000), similarity: 0.99987 })] },
  ...{ workers: true, done: false, ...more },
});

describe('createJobReporter', () => {
  it('reports each finished step once, with its result, and no declined one', () => {
    const reporter = createJobReporter(paint);
    assert.deepEqual(reporter.newLines(snapshot(steps)), [
      'measured mlp:original: 98.00 % (97.39-98.61), 1.00 ms',
      'made mlp:int8-dynamic: 976.6 KiB, 0.25x, similarity 0.9998',
    ]);
    assert.deepEqual(reporter.newLines(snapshot(steps)), []);
  });

  it('compares latencies with those of the original on the same hardware class', () => {
    const gpu = 'webgpu/swiftshader/none/1g';
    const original = fakeVariant({ name: 'mlp:original', p50Ms: 2 });
    const int8 = fakeVariant({ name: 'mlp:int8-dynamic', p50Ms: 0.88, accuracy: 0.97 });
    const elsewhere = fakeVariant({ name: 'mlp:original@webgpu', p50Ms: 0.1, hardwareClass: gpu });
    const done = [
      fakeStep('measure', 'done', { recipe: 'int8-dynamic', variant: 'mlp:int8-dynamic' }),
      fakeStep('measure', 'failed', {
        recipe: 'original',
        variant: 'mlp:original@webgpu',
        hardwareClass: gpu,
        detail: 'no adapter',
      }),
    ];
    const lines = createJobReporter(paint).newLines(snapshot(done, { variants: [elsewhere, original, int8] }));
    assert.deepEqual(lines, [
      `measured mlp:int8-dynamic on ${cpu}: 97.00 % (96.25-97.75), 0.88 ms, 0.44x`,
      `failed mlp:original@webgpu on ${gpu}: no adapter`,
    ]);
  });

  it('waits for the result of a step until the jobs are done', () => {
    const reporter = createJobReporter(paint);
    const made = snapshot([fakeStep('make', 'done', { recipe: 'fp16' })]);
    assert.deepEqual(reporter.newLines(made), []);
    assert.deepEqual(reporter.newLines({ ...made, done: true }), ['made mlp:fp16']);
  });

  it('reports a repeated step again', () => {
    const reporter = createJobReporter(paint);
    const failed = snapshot([fakeStep('make', 'failed', { recipe: 'int8-dynamic', detail: 'killed' })]);
    assert.deepEqual(reporter.newLines(failed), ['failed mlp:int8-dynamic: killed']);
    assert.equal(reporter.newLines(snapshot(steps)).length, 2);
    assert.deepEqual(reporter.newLines(failed), ['failed mlp:int8-dynamic: killed']);
  });
});

describe('jobLines', () => {
  it('shows progress and running steps of each job', () => {
    const jobs = [fakeJob('mlp', steps), fakeJob('cnn-large', [fakeStep('make', 'waiting', { recipe: 'fp16' })])];
    assert.deepEqual(jobLines({ ...snapshot(steps), jobs }, { elapsedMs: 92_000, remainingMs: 71_000 }, paint), [
      'mlp        answers  ████████░░░░░░░░ 3/6  int4: comparing (worker-2), int8-dynamic: batch 8 (worker-1)',
      'cnn-large  pending  ░░░░░░░░░░░░░░░░ 0/1  waiting',
      '██████░░░░░░░░░░ 3 of 7 steps, 1 generating, 1 measuring, 2 waiting, 1 of 2 models answer, 1 min 32 s, about 1 min 20 s left',
    ]);
  });

  it('shows only jobs with running steps if there are many', () => {
    const waiting = [fakeStep('make', 'waiting', { recipe: 'fp16' })];
    const jobs = Array.from({ length: 12 }, (_, i) => fakeJob(`m${i}`, i === 3 ? steps : waiting));
    const lines = jobLines({ ...snapshot(steps), jobs }, { elapsedMs: 0, remainingMs: undefined }, paint);
    assert.deepEqual(
      lines.map((line) => line.split(' ')[0]),
      ['m3', '██░░░░░░░░░░░░░░'],
    );
    assert.match(lines[1] ?? '', / 3 of 17 steps, 1 generating, 1 measuring, 12 waiting, 0 of 12 models answer, 0 ms$/);
  });
});

describe('formatJobs', () => {
  it('lists every step of a single job, and the open and failed steps of several', () => {
    const lines = formatJobs([fakeJob('mlp', steps)], paint, 120).split('\n');
    assert.equal(lines.length, 2 + 1 + 1 + steps.length);
    assert.match(lines[0] ?? '', /^MODEL {2}VERSION {2}TASK {4}STEPS +NOW$/);
    assert.match(lines.at(-1) ?? '', /^make {5}mlp:fp16 +waiting +both workers are busy$/);
    const several = formatJobs([fakeJob('mlp', steps), fakeJob('cnn', [])], paint, 120).split('\n');
    assert.equal(several.length, 3 + 1 + 1 + 3);
    assert.match(several[2] ?? '', /0\/0 +waiting for a worker$/);
  });
});

describe('jobsSnapshot', () => {
  const wanted = [{ name: 'mlp', version: 2 }];
  const done = (jobs: readonly wire.Job[]): boolean =>
    jobsSnapshot(jobs, { architectures: [], variants: [], outcomes: [] }, wanted, [{ connected: true }]).done;
  const finished = [fakeStep('make', 'done', { recipe: 'fp16' })];

  it('is done when the wanted versions are, regardless of others', () => {
    assert.equal(done([fakeJob('mlp', finished, { version: 2, done: true })]), true);
    assert.equal(done([fakeJob('mlp', finished, { version: 2, done: false })]), false);
    assert.equal(done([fakeJob('mlp', finished, { version: 1, done: true })]), false);
    assert.equal(
      done([fakeJob('cnn', finished, { done: false }), fakeJob('mlp', finished, { version: 2, done: true })]),
      true,
    );
  });

  it('is not done while a job has no steps', () => {
    assert.equal(done([fakeJob('mlp', [], { version: 2, done: true })]), false);
  });

  it('contains only the wanted versions', () => {
    const variants = [1, 2].map((version) => fakeVariant({ name: 'mlp:original', version }));
    const outcomes = [fakeOutcome('mlp', 'fp16', {}), fakeOutcome('mlp', 'fp16', { version: 2 })];
    const architectures = [1, 2].map((version) => fakeArchitecture('mlp', version));
    const found = jobsSnapshot([], { architectures, variants, outcomes }, wanted, [{ connected: false }]);
    assert.deepEqual(found.architectures, architectures.slice(1));
    assert.deepEqual([found.variants, found.outcomes, found.workers], [variants.slice(1), outcomes.slice(1), false]);
  });
});
