import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SlotList } from '../../src/index.js';

describe('SlotList', () => {
  it('has the elements that were added and not removed', () => {
    // Each number removes the element at this position of those that are left, or adds one.
    const changes = fc.array(fc.option(fc.nat({ max: 20 })));
    fc.assert(
      fc.property(changes, (all) => {
        const list = new SlotList<string>();
        const expected: { readonly slot: number; readonly element: string }[] = [];
        for (const [index, change] of all.entries()) {
          const element = `element ${index}`;
          if (change === null || change >= expected.length) expected.push({ slot: list.add(element), element });
          else list.remove(expected.splice(change, 1)[0]?.slot ?? NaN);
          assert.equal(list.size, expected.length);
          assert.deepEqual(list.all().toSorted(), expected.map((one) => one.element).toSorted());
        }
      }),
    );
  });
});
