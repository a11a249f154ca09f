import assert from 'node:assert/strict';
import { floats } from '../support/tensors.js';
import { agreementOf } from './score.js';

const nan = Number.NaN;

describe('agreement in classes', () => {
  it('is the share of equal answers, right or wrong', () => {
    const [output, reference] = [floats([3, 2], [1, 0, 0, 1, 0, 1]), floats([3, 2], [9, 8, 7, 6, 0.1, 0.2])];
    for (const metric of ['top1', 'top5', 'f1'] as const) {
      if (metric !== 'top5') assert.equal(agreementOf(metric, output, reference), 2 / 3);
    }
  });

  it('does not count answers with NaN', () => {
    const output = floats([2, 2], [nan, 0, 1, 0]);
    assert.equal(agreementOf('top1', output, output), 0.5);
  });

  it('compares single scores by their side of 0.5', () => {
    assert.equal(agreementOf('f1', floats([4, 1], [0, 0.4, 0.6, 1]), floats([4, 1], [0.2, 0.6, 0.5, 0.9])), 0.75);
  });

  it('rejects outputs of another shape than the reference', () => {
    assert.throws(
      () => agreementOf('top1', floats([1, 2], [1, 2]), floats([1, 3], [1, 2, 3])),
      /that of the reference is/,
    );
  });
});
