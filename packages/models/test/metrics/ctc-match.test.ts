import assert from 'node:assert/strict';
import { floats, longs, texts } from '../support/tensors.js';
import type { Tensor } from '../../src/index.js';
import { agreementOf, score } from './score.js';

const classes = 4;

/** Returns scores whose best paths are these. NaN makes the scores of a step NaN. */
function scoresOf(...paths: readonly (readonly number[])[]): Tensor {
  const steps = paths[0]?.length ?? 0;
  const row = (best: number): readonly number[] =>
    Array.from({ length: classes }, (_, index) => (Number.isNaN(best) ? best : index === best ? 0.7 : 0.1));
  return floats([paths.length, steps, classes], paths.flat().flatMap(row));
}

describe('CTC match', () => {
  const value = (path: readonly number[], label: readonly number[]): number =>
    score('ctc-match', scoresOf(path), longs([1, label.length], label)).value;

  it('merges repeats, removes blanks, and compares the rest with the label', () => {
    assert.equal(value([0, 1, 1, 0, 2], [1, 2]), 1);
    assert.equal(value([1, 0, 1, 2, 2], [1, 1, 2]), 1);
    assert.equal(value([1, 1, 1, 2, 2], [1, 1, 2]), 0);
    assert.equal(value([3, 2, 1, 0, 0], [3, 2, 1, 0, 0]), 1);
    assert.equal(value([3, 2, 1, 0, 0], [3, 2, 0, 0]), 0);
    assert.equal(value([0, 0, 0, 0, 0], [0]), 1);
  });

  it('is the share of samples that are all right', () => {
    const labels = longs([3, 2], [1, 2, 3, 0, 2, 2]);
    const { value: share, samples } = score('ctc-match', scoresOf([1, 0, 2], [3, 3, 0], [2, 2, 2]), labels);
    assert.deepEqual([share, samples], [2 / 3, 3]);
  });

  it('ignores a dimension of 1 before the steps', () => {
    const { data, datatype } = scoresOf([1, 0, 2]);
    assert.equal(score('ctc-match', { datatype, data, dims: [1, 1, 3, classes] }, longs([1, 2], [1, 2])).value, 1);
  });

  it('counts a step with NaN as wrong', () => {
    assert.equal(value([1, Number.NaN, 2], [1, 2]), 0);
  });

  it('rejects labels that the output cannot express', () => {
    const output = scoresOf([1, 0, 2]);
    for (const [labels, why] of [
      [longs([1, 2], [1, 4]), /class 4 at index 1, but the model has 4 outputs/],
      [longs([1, 4], [1, 2, 1, 2]), /integers \[at most 3\] padded with 0, got INT64 \[4\]/],
      [longs([1, 3], [1, 0, 2]), /sample 0 has the blank, 0, before its end/],
      [floats([1, 2], [1, 2]), /got FP32 \[2\]/],
      [texts([1], ['a']), /got BYTES \[\]/],
    ] as const) {
      assert.throws(() => score('ctc-match', output, labels), { code: 'invalid-argument', message: why });
    }
  });

  it('rejects outputs that are not scores of steps', () => {
    for (const output of [longs([1, 2, 2], [1, 2, 3, 4]), floats([1, 3], [1, 2, 3])])
      assert.throws(() => score('ctc-match', output, longs([1, 1], [1])), /ctc-match judges scores \[samples, steps/);
  });

  it('measures agreement by sequences, not by steps', () => {
    assert.equal(agreementOf('ctc-match', scoresOf([1, 1, 2], [1, 2, 3]), scoresOf([1, 2, 2], [1, 2, 2])), 0.5);
  });
});
