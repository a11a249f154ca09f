import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classes, floats, texts } from '../support/tensors.js';
import { score } from './score.js';

const nan = Number.NaN;

describe('F1', () => {
  it('is the mean of the classes, as in scikit-learn', () => {
    // The example of scikit-learn's documentation of f1_score.
    assert.ok(Math.abs(score('f1', classes(0, 2, 1, 0, 0, 1), classes(0, 1, 2, 0, 1, 2)).value - 0.8 / 3) < 1e-12);
  });

  it('falls below top1 when a rare class is never found', () => {
    const labels = classes(...new Array<number>(19).fill(0), 1);
    const output = classes(...new Array<number>(20).fill(0));
    assert.equal(score('top1', output, labels).value, 0.95);
    assert.ok(Math.abs(score('f1', output, labels).value - (2 * 19) / 39 / 2) < 1e-12);
  });

  it('is the same for names of classes', () => {
    const named = score('f1', texts([4], ['a b', 'c', 'a', 'a']), texts([4], ['c', 'c', 'b c', 'a']));
    assert.equal(named.value, score('f1', classes(0, 1, 2, 2), classes(1, 1, 3, 2)).value);
  });

  it('counts NaN as an answer of no class', () => {
    const value = score('f1', floats([3, 2], [0, 1, 1, 0, nan, 1]), classes(1, 0, 1)).value;
    assert.ok(Math.abs(value - (2 / 3 + 1) / 2) < 1e-12);
  });

  it('reads a single score as that of class 1 of two', () => {
    // Class 0: precision 1, recall 1/2; class 1: precision 1/2, recall 1.
    assert.ok(Math.abs(score('f1', floats([3, 1], [0.1, 0.6, 0.7]), classes(0, 0, 1)).value - 2 / 3) < 1e-12);
  });

  it('equals a direct computation of its definition', () => {
    const pair = fc.tuple(fc.nat(4), fc.nat(4));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 30 }), (pairs) => {
        const f1s = [0, 1, 2, 3, 4].flatMap((wanted) => {
          const right = pairs.filter(([a, b]) => a === wanted && b === wanted).length;
          const [answered, expected] = [0, 1].map((side) => pairs.filter((p) => p[side] === wanted).length);
          const [precision, recall] = [right / (answered ?? 0), right / (expected ?? 0)];
          if (answered === 0 && expected === 0) return [];
          return [right === 0 ? 0 : (2 * precision * recall) / (precision + recall)];
        });
        const mean = f1s.reduce((sum, f1) => sum + f1, 0) / f1s.length;
        const [answers, labels] = [classes(...pairs.map(([a]) => a)), classes(...pairs.map(([, b]) => b))];
        assert.ok(Math.abs(score('f1', answers, labels).value - mean) < 1e-9);
      }),
    );
  });
});
