import assert from 'node:assert/strict';
import { wilson95 } from '@pareto/core';
import { classes, floats, longs, tensor, texts } from '../support/tensors.js';
import { score } from './score.js';

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

  it('compares names of classes', () => {
    assert.equal(score('top1', texts([2], ['cat', 'dog']), texts([2, 1], ['cat', 'cat'])).value, 0.5);
    const why = /they are INT64 \[\], but the model answers with texts/;
    assert.throws(() => score('top1', texts([1], ['cat']), classes(0)), { code: 'invalid-argument', message: why });
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
      [
        floats([2], [0, 1]),
        /expected one class per sample, .*, got FP32 \[2\] \(convert them with label\.astype\('int64'\)\)/,
      ],
      [longs([2, 3], [0, 1, 2, 3, 4, 5]), /got INT64 \[2, 3\]$/],
      [texts([2], ['a', 'b']), /they are texts, but the model answers with FP32 \[10\]/],
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
