import assert from 'node:assert/strict';
import { floats, texts } from '../support/tensors.js';
import { agreementOf, score } from './score.js';

const nan = Number.NaN;
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, expected ${expected}`);

describe('cosine', () => {
  const value = (answer: readonly number[], label: readonly number[]): number =>
    score('cosine', floats([1, answer.length], answer), floats([1, label.length], label)).value;

  it('compares directions', () => {
    near(value([1, 1], [2, 2]), 1);
    near(value([1, 0], [1, 1]), Math.SQRT1_2);
    near(value([1, 0], [-1, 0]), 0);
    near(value([0, 0], [1, 0]), 0);
    near(value([0, 0], [0, 0]), 1);
  });

  it('is 0 for an answer with NaN or infinity', () => {
    near(value([nan, 1], [1, 1]), 0);
    near(value([Infinity, 1], [1, 1]), 0);
  });

  it('rejects labels of another length or type', () => {
    assert.throws(() => value([1, 2], [1, 2, 3]), /in the form of the output, FP32 \[2\], but has FP32 \[3\]/);
    assert.throws(() => score('cosine', floats([1, 1], [1]), texts([1], ['a'])), /but has BYTES \[\]/);
  });

  it('measures agreement as the cosine', () =>
    near(agreementOf('cosine', floats([1, 2], [1, 0]), floats([1, 2], [1, 1])), Math.SQRT1_2));
});
