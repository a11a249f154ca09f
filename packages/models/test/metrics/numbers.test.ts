import assert from 'node:assert/strict';
import { classes, floats, longs, tensor, texts } from '../support/tensors.js';
import { agreementOf, score } from './score.js';

const nan = Number.NaN;
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, expected ${expected}`);

describe('IoU of boxes', () => {
  const unit = [0, 0, 1, 1];
  const value = (answer: readonly number[], label: readonly number[]): number =>
    score('box-iou', floats([1, 4], answer), floats([1, 4], label)).value;

  it('is the area of the intersection divided by that of the union', () => {
    near(value(unit, unit), 1);
    near(value([0, 0, 1, 2], unit), 0.5);
    near(value([0.5, 0.5, 1.5, 1.5], unit), 0.25 / 1.75);
    near(value([2, 2, 3, 3], unit), 0);
    near(value([0, 0, 100, 100], [50, 50, 150, 150]), 2500 / 17500);
  });

  it('is 0 for answers that are not valid boxes', () => {
    for (const answer of [
      [1, 1, 0, 0],
      [nan, 0, 1, 1],
      [0, 0, Infinity, 1],
      [0, 0, 0, 0],
    ])
      near(value(answer, unit), 0);
  });

  it('is the mean over the boxes of a sample', () => {
    const output = floats([1, 2, 4], [...unit, 0, 0, 1, 2]);
    near(score('box-iou', output, floats([1, 2, 4], [...unit, ...unit])).value, 0.75);
  });

  it('rejects labels of another shape or with corners in the wrong order', () => {
    assert.throws(() => value(unit, [5, 5, 2, 2]), /box 0 is \[5, 5, 2, 2\], expected x1, y1, x2, y2 with x1 < x2/);
    const two = floats([1, 2, 4], [...unit, ...unit]);
    assert.throws(
      () => score('box-iou', two, floats([1, 4], unit)),
      /like the output's, FP32 \[2, 4\], got FP32 \[4\]/,
    );
    assert.throws(() => score('box-iou', floats([1, 3], [1, 2, 3]), classes(1)), /box-iou judges boxes/);
  });

  it('measures agreement as the mean IoU', () => {
    near(agreementOf('box-iou', floats([2, 4], [...unit, 0, 0, 0, 0]), floats([2, 4], [0, 0, 1, 2, 0, 0, 0, 0])), 0.75);
  });
});

describe('exact match', () => {
  it('counts a sample as right only if every element is', () => {
    assert.equal(
      score('exact-match', longs([3, 2], [1, 2, 3, 4, 5, 6]), longs([3, 2], [1, 2, 3, 9, 5, 6])).value,
      2 / 3,
    );
  });

  it('compares the index of the largest score if the output has one more axis', () => {
    const output = floats([2, 2, 3], [0, 1, 0, 5, 1, 0, 0, 0, 1, 1, nan, 0]);
    assert.equal(score('exact-match', output, longs([2, 2], [1, 0, 2, 0])).value, 0.5);
    assert.equal(score('exact-match', floats([1, 3], [0, 1, 0]), classes(1)).value, 1);
  });

  it('compares text', () => {
    const output = texts([2, 2], ['ä', 'b', 'c', 'd']);
    assert.equal(score('exact-match', output, texts([2, 2], ['ä', 'b', 'c', 'x'])).value, 0.5);
  });

  it('compares numbers across types', () => {
    const halves = tensor('FP16', [2], Uint16Array.of(0x3c00, 0x7e00));
    assert.equal(score('exact-match', halves, classes(1, 0)).value, 0.5);
  });

  it('rejects labels that cannot be compared with the output', () => {
    const output = floats([1, 2, 3], [0, 0, 0, 0, 0, 0]);
    for (const [labels, why] of [
      [longs([1, 2], [0, 3]), /label has class 3 at index 1, but the model has 3 outputs/],
      [longs([1, 4], [0, 0, 0, 0]), /expected per sample FP32 \[2, 3\] or, as the index of .*, \[2\], got INT64 \[4\]/],
      [texts([1, 2], ['a', 'b']), /got BYTES \[2\]/],
    ] as const) {
      assert.throws(() => score('exact-match', output, labels), { code: 'invalid-argument', message: why });
    }
    assert.throws(() => score('exact-match', texts([1], ['a']), classes(1)), /got INT64 \[\]/);
  });

  it('measures agreement by equal elements, or by the index of the largest score', () => {
    assert.equal(agreementOf('exact-match', floats([2, 2], [0.1, 0.9, 1, 0]), floats([2, 2], [0.2, 0.7, 0, 1])), 0.5);
    assert.equal(agreementOf('exact-match', longs([2, 2], [1, 2, 3, 4]), longs([2, 2], [0, 2, 3, 4])), 0.5);
    assert.equal(agreementOf('exact-match', texts([2], ['a', 'b']), texts([2], ['a', 'c'])), 0.5);
  });
});

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
    assert.throws(() => value([1, 2], [1, 2, 3]), /like the output's, FP32 \[2\], got FP32 \[3\]/);
    assert.throws(() => score('cosine', floats([1, 1], [1]), texts([1], ['a'])), /got BYTES \[\]/);
  });

  it('measures agreement as the cosine', () =>
    near(agreementOf('cosine', floats([1, 2], [1, 0]), floats([1, 2], [1, 1])), Math.SQRT1_2));
});

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
