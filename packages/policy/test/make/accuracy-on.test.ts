import assert from 'node:assert/strict';
import { hardwareClassOf, type Measurement } from '@pareto/core';
import { buildAccuracy, buildMeasuredResult, buildPoint, buildProfile } from '@pareto/testkit';
import { accuracyOn, type PlacementVariant } from '../../src/index.js';
import { variant } from '../support/fixture.js';

const profile = buildProfile([buildPoint(1, 1)]);
type Result = Measurement['result'];
const measured = (accuracy?: number): Result =>
  buildMeasuredResult(profile, accuracy === undefined ? undefined : buildAccuracy(accuracy));
const provisional = buildMeasuredResult({ ...profile, provisional: true }, undefined);
const failed: Result = { kind: 'failed', reason: 'unknown operator' };

function valueOn(device: string, recipe: string, results: Readonly<Record<string, Result>>): number | undefined {
  const { variant: own } = variant(`a:${recipe}`);
  const measurements = Object.entries(results).map(([id, result]): Measurement => {
    const hardwareClass = hardwareClassOf(`cpu/${id}`);
    return { variant: own.id, version: 1, hardwareClass, environment: '1', result };
  });
  const known: Pick<PlacementVariant, 'variant' | 'measurements'> = { variant: own, measurements };
  return accuracyOn(known, hardwareClassOf(`cpu/${device}`))?.value;
}

describe('the accuracy on a hardware class', () => {
  it('is that of its measurement, even if others differ', () => {
    const results = { 'a/avx2': measured(0.9), 'b/avx2': measured(0.8) };
    assert.deepEqual([valueOn('a/avx2', 'original', results), valueOn('b/avx2', 'original', results)], [0.9, 0.8]);
    assert.equal(valueOn('b/avx2', 'original', { 'a/avx2': measured(0.9), 'b/avx2': measured() }), undefined);
    assert.equal(valueOn('b/avx2', 'original', { 'a/avx2': measured(0.9), 'b/avx2': failed }), undefined);
  });

  it('is the lowest one with the same instruction set before the measurement', () => {
    const results = { 'a/avx2': measured(0.9), 'b/avx2': measured(0.8), 'c/avx512': measured(0.7) };
    for (const recipe of ['original', 'int8-static']) {
      assert.equal(valueOn('d/avx2', recipe, results), 0.8);
      assert.equal(valueOn('d/avx2', recipe, { ...results, 'd/avx2': provisional }), 0.8);
    }
  });

  it('is that of another instruction set only for floating-point arithmetic', () => {
    const results = { 'a/avx512-vnni': measured(0.9), 'b/avx512-vnni': measured(0.8), 'c/avx512': failed };
    const known = ['original', 'fp16', 'optimised', 'mapped'].map((recipe) => valueOn('a/avx2', recipe, results));
    assert.deepEqual(known, [0.8, 0.8, 0.8, 0.8]);
    const unknown = ['int8-dynamic', 'int8-static', 'int4'].map((recipe) => valueOn('a/avx2', recipe, results));
    assert.deepEqual(unknown, [undefined, undefined, undefined]);
    assert.equal(valueOn('a/avx2', 'original', {}), undefined);
  });
});
