import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LinkedQueue, type Linked } from '../../src/index.js';

class Element implements Linked<Element> {
  previous: Element | undefined;
  next: Element | undefined;
}

describe('LinkedQueue', () => {
  it('has the elements that were added and not removed, in order', () => {
    // Each number removes the element at this position of those that are left, or adds one.
    const changes = fc.array(fc.option(fc.nat({ max: 20 })));
    fc.assert(
      fc.property(changes, (all) => {
        const queue = new LinkedQueue<Element>();
        const expected: Element[] = [];
        for (const change of all) {
          const removed = change === null ? undefined : expected.splice(change, 1)[0];
          if (removed === undefined) {
            const added = new Element();
            queue.add(added);
            expected.push(added);
          } else {
            queue.remove(removed);
            assert.deepEqual([removed.previous, removed.next], [undefined, undefined]);
          }
          const found: Element[] = [];
          for (let one = queue.first; one !== undefined; one = one.next) found.push(one);
          assert.equal(found.length, expected.length);
          assert.ok(found.every((one, index) => one === expected[index]));
        }
      }),
    );
  });
});
