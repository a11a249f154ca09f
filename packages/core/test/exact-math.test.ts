import assert from 'node:assert/strict';
import fc from 'fast-check';
import { exactExp, exactLog, halved } from '../src/index.js';

describe('exact math', () => {
  it('computes exponentials and logarithms as precisely as the platform', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (x) => {
        const expected = Math.exp(x);
        assert.ok(Math.abs(exactExp(x) - expected) <= 1e-14 * expected);
        assert.ok(Math.abs(exactLog(expected) - x) <= 1e-13);
      }),
    );
  });

  it('ends at 0 and at infinity', () => {
    assert.deepEqual([exactExp(-Infinity), exactExp(0), exactExp(Infinity)], [0, 1, Infinity]);
    assert.deepEqual([halved(0), halved(Infinity)], [1, 0]);
    assert.ok(Math.abs(halved(3) - 0.125) < 1e-15);
  });
});
