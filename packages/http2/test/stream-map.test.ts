import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StreamMap } from '../src/stream-map.js';

describe('StreamMap', () => {
  it('is a map of streams by id', () => {
    const ids = fc.oneof(
      fc.nat({ max: 200 }),
      fc.nat({ max: 2 ** 31 - 1 }),
      fc.nat({ max: 9 }).map((one) => one * 64),
    );
    fc.assert(
      fc.property(fc.array(fc.record({ id: ids, isAdded: fc.boolean() }), { maxLength: 200 }), (changes) => {
        const map = new StreamMap<{ readonly id: number }>();
        const expected = new Map<number, { readonly id: number }>();
        for (const { id, isAdded } of changes) {
          const stream = { id };
          if (!isAdded) map.delete(id);
          else if (!expected.has(id)) map.add(stream);
          if (!isAdded) expected.delete(id);
          else if (!expected.has(id)) expected.set(id, stream);
          assert.equal(map.size, expected.size);
          for (const known of [...expected.keys(), id]) assert.equal(map.get(known), expected.get(known));
        }
        const byId = (a: { readonly id: number }, b: { readonly id: number }): number => a.id - b.id;
        assert.deepEqual(map.all().toSorted(byId), [...expected.values()].toSorted(byId));
      }),
    );
  });
});
