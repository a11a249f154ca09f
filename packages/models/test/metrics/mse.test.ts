import assert from 'node:assert/strict';
import { floats, longs } from '../support/tensors.js';
import { agreementOf, score } from './score.js';

const nan = Number.NaN;
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, expected ${expected}`);

describe('mean squared error', () => {
  const value = (answers: readonly number[], labels: readonly number[]): number =>
    score('mse', floats([answers.length], answers), floats([labels.length], labels)).value;

  it('is 1 / (1 + error)', () => {
    near(value([1, 2], [1, 2]), 1);
    near(value([1, 4], [1, 2]), 1 / 3);
    near(score('mse', floats([1, 2], [0, 2]), longs([1, 2], [0, 0])).value, 1 / 3);
  });

  it('counts an answer that is not finite as 0', () => {
    near(value([1, nan, Infinity, 2], [1, 1, 1, 2]), 0.5);
    near(value([nan], [1]), 0);
  });

  it('measures agreement per sample', () => near(agreementOf('mse', floats([2], [1, nan]), floats([2], [2, 1])), 0.25));
});
