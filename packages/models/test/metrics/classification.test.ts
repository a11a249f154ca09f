import assert from 'node:assert/strict';
import fc from 'fast-check';
import { wilson95 } from '@pareto/core';
import { classes, floats, longs, tensor, texts } from '../support/tensors.js';
import { agreementOf, score } from './score.js';

const nan = Number.NaN;

describe('top1', () => {
  it('is the share of samples whose largest score is the label', () => {
    const [lower95, upper95] = wilson95(2, 3);
    const accuracy = score('top1', floats([3, 2], [0.1, 0.9, 3, -1, 0, 1]), classes(1, 0, 0));
    assert.deepEqual(accuracy, { metric: 'top1', value: 2 / 3, lower95, upper95, samples: 3 });
  });

  it('counts an answer with NaN as wrong', () => {
    assert.equal(score('top1', floats([2, 2], [nan, 1, 1, nan]), classes(1, 0)).value, 0);
    assert.equal(score('top1', floats([1, 2], [-Infinity, -Infinity]), classes(0)).value, 1);
  });

  it('compares classes directly if the model returns classes', () => {
    assert.equal(score('top1', classes(7, 3), classes(7, 4)).value, 0.5);
    assert.equal(score('top1', longs([2, 1], [-1, 1]), longs([2, 1], [-1, 1])).value, 1);
  });

  it('ignores dimensions of 1', () => {
    assert.equal(score('top1', floats([1, 2, 1, 1], [0, 1]), longs([1, 1], [1])).value, 1);
  });

  it('reads a single score as that of class 1 of two, with a threshold of 0.5', () => {
    assert.equal(score('top1', floats([4, 1], [0.5, 0.49, 0.9, nan]), classes(1, 0, 0, 1)).value, 0.5);
    assert.equal(score('top1', floats([2], [0.2, 0.7]), classes(0, 1)).value, 1);
    assert.equal(score('top1', tensor('FP16', [2, 1], Uint16Array.of(0x3800, 0x37ff)), classes(1, 0)).value, 1);
    assert.throws(() => score('top1', floats([2, 1], [0.2, 0.7]), classes(1, 2)), {
      code: 'invalid-argument',
      message: /label has class 2 at index 1, but the model returns one score, of class 1 of two; expected 0 or 1/,
    });
  });

  it('rejects labels that the output cannot express', () => {
    const output = floats([2, 10], new Array<number>(20).fill(0));
    for (const [labels, why] of [
      [classes(3, 12), /label has class 12 at index 1, but the model has 10 outputs; expected 0 to 9/],
      [classes(-1, 3), /class -1 at index 0/],
      [floats([2], [0, 1]), /expected one class per sample, .*, got FP32 \[2\] \(label\.astype\('int64'\) converts\)/],
      [longs([2, 3], [0, 1, 2, 3, 4, 5]), /got INT64 \[2, 3\]$/],
      [texts([2], ['a', 'b']), /got BYTES \[2\]/],
    ] as const) {
      assert.throws(() => score('top1', output, labels), { code: 'invalid-argument', message: why });
    }
  });

  it('rejects outputs that it cannot judge, with those that it can', () => {
    const why =
      /top1 judges scores \[samples, classes\], one score .*outputs per sample are FP32 \[2, 2\]; choose another/;
    assert.throws(() => score('top1', floats([1, 2, 2], [1, 2, 3, 4]), classes(0)), {
      code: 'invalid-argument',
      message: why,
    });
    assert.throws(() => score('top1', floats([2, 2], [1, 2, 3, 4]), classes(1)), /has 2 samples, expected 1/);
  });
});

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
