import assert from 'node:assert/strict';
import fc from 'fast-check';
import { removeRange } from '../../src/index.js';

describe('removeRange', () => {
  it('removes what splice removes', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(9)), fc.nat(20), fc.nat(20), (items, a, b) => {
        const from = Math.min(a, items.length);
        const count = Math.min(b, items.length - from);
        const [removed, spliced] = [[...items], items.toSpliced(from, count)];
        removeRange(removed, from, count);
        assert.deepEqual(removed, spliced);
      }),
    ));
});
