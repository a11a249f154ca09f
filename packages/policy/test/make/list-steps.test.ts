import assert from 'node:assert/strict';
import type { RecipeOutcome } from '@pareto/core';
import { listMeasures } from '../../src/make/list-measures.js';
import { fleetClasses, listSteps, type PlacementVariant, type PlacementWorker, type Step } from '../../src/index.js';
import { architecture, cpu, gpu, variant, worker } from '../support/fixture.js';

const recipes = ['original', 'int8-dynamic', 'fp16'];
const model = architecture('a', { recipes });
const fleet = [worker('w', 500)];
const outcome = (recipe: string, kind: 'made' | 'declined' | 'failed' = 'made'): RecipeOutcome => {
  const { modelDigest, manifest } = model.architecture;
  const result: RecipeOutcome['result'] =
    kind === 'made'
      ? { kind, modelDigest, manifest, similarity: 1, note: 'all of it' }
      : { kind, reason: `it ${kind}` };
  return { architecture: 'a', version: 1, recipe, result };
};

function steps(
  planned = model,
  variants: readonly PlacementVariant[] = [],
  workers: readonly PlacementWorker[] = fleet,
): readonly string[] {
  return listSteps(planned, variants, fleetClasses(workers)).map(text);
}

function text({ kind, recipe, variant: of, hardwareClass, state, waitsFor }: Step): string {
  const what =
    kind === 'make'
      ? recipe
      : `${of} on ${hardwareClass === gpu.id ? 'gpu' : hardwareClass === cpu.id ? 'cpu' : hardwareClass}`;
  return `${kind} ${what}: ${state}${waitsFor === undefined ? '' : ` after: ${waitsFor}`}`;
}

const original = variant('a:original', { p50Ms: 10 });
const new_ = variant('a:original');

describe('listSteps', () => {
  it('measures the original first, then generates the requested files in order', () => {
    assert.deepEqual(steps(model, [new_]), [
      'measure a:original on cpu: open',
      'make int8-dynamic: open after: the original is measured first',
      'make fp16: open after: the original is measured first',
    ]);
    assert.deepEqual(steps(model, [original]), [
      'measure a:original on cpu: done',
      'make int8-dynamic: open',
      'make fp16: open',
    ]);
  });

  it('measures generated files, and reports declined and failed ones', () => {
    const planned = { ...model, outcomes: [outcome('int8-dynamic'), outcome('fp16', 'declined')] };
    assert.deepEqual(steps(planned, [original, variant('a:int8-dynamic', { failure: 'it crashed' })]), [
      'measure a:original on cpu: done',
      'make int8-dynamic: done',
      'measure a:int8-dynamic on cpu: failed',
      'make fp16: declined',
    ]);
    const details = listSteps(planned, [original], fleetClasses(fleet)).map(({ detail }) => detail);
    assert.deepEqual(details, ['', 'all of it', 'it declined']);
  });

  it('measures on every class of the provider, and lists classes that have left', () => {
    const both = [worker('w', 500, { classes: [cpu, gpu] })];
    const variants = [new_, variant('a:original@webgpu')];
    assert.deepEqual(steps(architecture('a', { recipes: ['original'] }), variants, both), [
      'measure a:original on cpu: open',
      'measure a:original@webgpu on gpu: open',
    ]);
    assert.deepEqual(steps(architecture('a'), [original], [worker('w', 500, { classes: [gpu] })]), [
      'measure a:original on cpu: done',
    ]);
  });

  it('generates only files that run on the fleet', () => {
    assert.deepEqual(steps(model, [original], [worker('w', 500, { classes: [gpu] })]), [
      'measure a:original on cpu: done',
      'make fp16: open',
    ]);
  });

  it('has an open step while no worker can measure the original', () => {
    const waits = 'measure a:original on undefined: open after: no worker has a cpu slot';
    assert.deepEqual(steps(model, [new_], []), [waits]);
    for (const presence of ['awaited', 'gone'] as const)
      assert.deepEqual(steps(model, [new_], [worker('w', 500, { presence })]), [waits]);
    assert.deepEqual(steps(model, [new_], [worker('w', 500, { draining: true })]), [waits]);
  });

  it('makes a fixed batch dimension dynamic before anything else', () => {
    const fixed = architecture('a', { recipes, fixedBatch: 4 });
    const after = 'open after: its batch dimension is verified first';
    assert.deepEqual(steps(fixed, [new_]), [
      'make dynamic-batch: open',
      `measure a:original on cpu: ${after}`,
      `make int8-dynamic: ${after}`,
      `make fp16: ${after}`,
    ]);
    const declined = { ...fixed, outcomes: [outcome('dynamic-batch', 'declined')] };
    assert.deepEqual(steps(declined, [new_]).slice(0, 2), [
      'make dynamic-batch: declined',
      'measure a:original on cpu: open',
    ]);
  });

  it('declines the files of a model that could not be measured anywhere', () => {
    const bad = variant('a:original', { failure: 'NaN' });
    assert.deepEqual(steps(model, [bad]), [
      'measure a:original on cpu: failed',
      'make int8-dynamic: declined',
      'make fp16: declined',
    ]);
    const [, make] = listSteps(model, [bad], fleetClasses(fleet));
    assert.equal(make?.detail, 'the original could not be measured: NaN');
    const both = [bad, variant('a:original@webgpu')];
    assert.deepEqual(steps(model, both, [worker('w', 500, { classes: [cpu, gpu] })]).slice(1, 3), [
      'measure a:original@webgpu on gpu: open',
      'make int8-dynamic: open after: the original is measured first',
    ]);
  });

  it('repeats measurements of another environment', () => {
    const newer = [worker('w', 500, { runtimeVersion: '2' })];
    assert.deepEqual(steps(model, [original], newer).slice(0, 2), [
      'measure a:original on cpu: open',
      'make int8-dynamic: open',
    ]);
    const [step] = listSteps(model, [original], fleetClasses(newer));
    assert.equal(step?.detail, 'measured with 1, which no worker has now');
    assert.equal(steps(model, [original], [...newer, ...fleet])[0], 'measure a:original on cpu: done');
    assert.equal(steps(model, [variant('a:original', { failure: 'no' })], newer)[0], 'measure a:original on cpu: open');
  });

  it('returns why a measured variant does not answer for its task', () => {
    const one = variant('a:fp16', { p50Ms: 1 });
    const marks = one.measurements.map(
      ({ hardwareClass }) =>
        [hardwareClass, { rank: undefined, rankWithin: undefined, disagreement: 'agrees on 35 %' }] as const,
    );
    const [step] = listMeasures({ ...one, accuracyMarks: new Map(marks) }, []);
    assert.deepEqual([step?.state, step?.detail], ['done', 'agrees on 35 %']);
  });

  it('counts noisy measurements as done', () => {
    const [step] = listSteps(model, [variant('a:original', { p50Ms: 10, noise: 0.3 })], fleetClasses(fleet));
    assert.deepEqual([step?.state, step?.detail], ['done', 'noisy: it is measured again when the machine is quiet']);
  });

  it('does not run quarantined variants', () => {
    const bad = variant('a:original', { quarantineReason: 'it kills' });
    assert.equal(steps(model, [bad])[0], 'measure a:original on cpu: failed');
  });

  it('ignores outcomes and variants of other versions', () => {
    const newer = architecture('a', { version: 2, recipes }, [outcome('int8-dynamic')]);
    assert.deepEqual(steps(newer, [original, variant('a:original', { version: 2, p50Ms: 10 })]), [
      'measure a:original on cpu: done',
      'make int8-dynamic: open',
      'make fp16: open',
    ]);
  });
});
