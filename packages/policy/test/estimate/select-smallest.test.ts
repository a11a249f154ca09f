import assert from 'node:assert/strict';
import fc from 'fast-check';
import { selectSmallest, sortRange } from '../../src/estimate/select-smallest.js';

const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 200 });
const sorted = (some: readonly number[]): readonly number[] => some.toSorted((a, b) => a - b);

describe('the order of samples', () => {
  it('has each rank, with no larger value before it and no smaller one behind it', () =>
    fc.assert(
      fc.property(values, fc.nat(199), (all, number) => {
        const rank = number % all.length;
        const found = Float32Array.from([...all, -100]);
        assert.equal(selectSmallest(found, all.length, rank), sorted(all)[rank]);
        assert.deepEqual(sorted([...found.subarray(0, rank)]), sorted(all).slice(0, rank));
        assert.equal(found[rank], sorted(all)[rank]);
        assert.equal(found[all.length], -100);
      }),
    ));

  it('is sorted in a range', () =>
    fc.assert(
      fc.property(values, fc.nat(199), fc.nat(199), (all, a, b) => {
        const [from, end] = [Math.min(a, b, all.length), Math.min(Math.max(a, b), all.length)];
        const found = Float32Array.from(all);
        sortRange(found, from, end);
        assert.deepEqual([...found], [...all.slice(0, from), ...sorted(all.slice(from, end)), ...all.slice(end)]);
      }),
    ));
});
