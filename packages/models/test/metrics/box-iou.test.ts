import assert from 'node:assert/strict';
import { classes, floats } from '../support/tensors.js';
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
      /in the form of the output, FP32 \[2, 4\], but has FP32 \[4\]/,
    );
    assert.throws(() => score('box-iou', floats([1, 3], [1, 2, 3]), classes(1)), /box-iou judges boxes/);
  });

  it('measures agreement as the mean IoU', () => {
    near(agreementOf('box-iou', floats([2, 4], [...unit, 0, 0, 0, 0]), floats([2, 4], [0, 0, 1, 2, 0, 0, 0, 0])), 0.75);
  });
});
