import assert from 'node:assert/strict';
import { classes, floats, longs, tensor, texts } from '../support/tensors.js';
import { agreementOf, score } from './score.js';

const nan = Number.NaN;

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
      [
        longs([1, 4], [0, 0, 0, 0]),
        /expected for each sample FP32 \[2, 3\] or, as the index of .*, \[2\], got INT64 \[4\]/,
      ],
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
