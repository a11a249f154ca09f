import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromHalf, maxHalf, toHalf } from '../../src/tensors/half.js';

describe('half precision', () => {
  it('converts halves exactly, and other numbers to the nearest half', () =>
    fc.assert(
      fc.property(fc.float({ noNaN: true }), fc.integer({ min: 0, max: 0x7bff }), (value, bits) => {
        assert.equal(toHalf(fromHalf(bits)), bits);
        assert.equal(toHalf(-fromHalf(bits)), bits | 0x8000);
        if (Math.abs(value) > maxHalf) return;
        const half = toHalf(value);
        const error = Math.abs(fromHalf(half) - value);
        for (const other of [half - 1, half + 1]) {
          if ((other & 0x7fff) < 0x7c00 && other >= 0) assert.ok(error <= Math.abs(fromHalf(other) - value));
        }
      }),
    ));

  it('rounds ties to even, and numbers that are too large to infinity', () => {
    assert.deepEqual(
      [2049, 2051, 65519, 65520, -1e9, Infinity].map(toHalf),
      [0x6800, 0x6802, 0x7bff, 0x7c00, 0xfc00, 0x7c00],
    );
    assert.ok(Number.isNaN(fromHalf(toHalf(NaN))));
  });
});
