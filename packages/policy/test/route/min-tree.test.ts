import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MinTree } from '../../src/route/min-tree.js';

describe('a tree of minima', () => {
  it('has the first of the smallest values, whatever changes', () => {
    const change = fc.record({ index: fc.nat(20), value: fc.oneof(fc.nat(5), fc.constant(Infinity)) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 21 }), fc.array(change, { maxLength: 100 }), (count, changes) => {
        const tree = new MinTree(count);
        const values = Array.from({ length: count }, () => Infinity);
        for (const { index, value } of changes.filter((one) => one.index < count)) {
          tree.set(index, value);
          values[index] = value;
          assert.deepEqual([tree.min, tree.get(index)], [values.indexOf(Math.min(...values)), value]);
        }
      }),
    );
  });

  it('has no minimum without values', () => {
    assert.deepEqual([new MinTree(0).min, new MinTree(3).min], [-1, 0]);
  });
});
