import assert from 'node:assert/strict';
import fc from 'fast-check';
import { linearScale, logScale } from '../../../src/commands/frontier/scale.js';

describe('linearScale and logScale', () => {
  it('have ticks at round numbers', () => {
    assert.deepEqual(linearScale([0.932, 0.996], 5).ticks, [0.94, 0.96, 0.98]);
    assert.deepEqual(logScale([0.011, 2.9], 8).ticks, [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]);
    assert.deepEqual(logScale([0.011, 290], 8).ticks, [0.01, 0.1, 1, 10, 100]);
    assert.deepEqual(logScale([3.1, 3.6], 5).ticks, [3, 3.5]);
    assert.deepEqual(logScale([2, 2], 5).ticks, [1.9, 2, 2.1, 2.2]);
  });

  it('keep all values and ticks on the axis and in order', () => {
    const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (values, n) => {
        for (const scale of [linearScale(values, n), logScale(values, n)]) {
          const at = values.toSorted((a, b) => a - b).map(scale.at);
          for (const position of [...at, ...scale.ticks.map(scale.at)])
            assert.ok(position >= -1e-9 && position <= 1 + 1e-9);
          assert.deepEqual(
            at,
            at.toSorted((a, b) => a - b),
          );
          assert.deepEqual(
            scale.ticks,
            scale.ticks.toSorted((a, b) => a - b),
          );
        }
      }),
    );
  });

  it('have between 1 and 16 ticks', () => {
    const span = fc.tuple(
      fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
      fc.double({ min: 1, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(span, ([low, ratio]) => {
        for (const scale of [logScale([low, low * ratio], 7), linearScale([low, low * ratio], 7)]) {
          assert.ok(scale.ticks.length >= 1 && scale.ticks.length <= 16, String(scale.ticks));
        }
      }),
    );
  });
});
