import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classes, floats } from '../support/tensors.js';
import { score } from './score.js';

const nan = Number.NaN;

describe('top5', () => {
  const ten = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

  it('finds the label among the five largest scores', () => {
    const output = floats([3, 10], [...ten, ...ten, ...ten]);
    assert.equal(score('top5', output, classes(5, 9, 4)).value, 2 / 3);
  });

  it('breaks ties like top1', () => {
    const same = floats([1, 10], new Array<number>(10).fill(1));
    assert.equal(score('top5', same, classes(4)).value, 1);
    assert.equal(score('top5', same, classes(5)).value, 0);
  });

  it('counts an answer with NaN as wrong', () => {
    assert.equal(score('top5', floats([1, 10], [nan, ...ten.slice(1)]), classes(9)).value, 0);
  });

  it('rejects models of five classes or fewer', () => {
    assert.throws(() => score('top5', floats([1, 5], [1, 2, 3, 4, 5]), classes(0)), /of more than 5 classes/);
  });

  it('is never below top1', () => {
    const sample = fc.tuple(fc.array(fc.float(), { minLength: 7, maxLength: 7 }), fc.nat(6));
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 20 }), (samples) => {
        const output = floats(
          [samples.length, 7],
          samples.flatMap(([scores]) => scores),
        );
        const labels = classes(...samples.map(([, label]) => label));
        assert.ok(score('top5', output, labels).value >= score('top1', output, labels).value);
      }),
    );
  });
});
