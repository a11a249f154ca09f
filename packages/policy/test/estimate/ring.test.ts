import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Ring } from '../../src/estimate/ring.js';

const [size, memoryMs] = [8, 20];

describe('a ring of samples', () => {
  it('has the last samples with both values, the oldest first, without those that are too old', () => {
    const samples = fc.array(fc.record({ value: fc.integer({ min: -3, max: 3 }), afterMs: fc.nat(12) }));
    fc.assert(
      fc.property(samples, fc.nat(30), (added, restMs) => {
        const ring = new Ring(size, memoryMs, 2);
        const copied = (value: number, at: number): readonly number[] => {
          const into = new Float32Array(size);
          return [...into.subarray(0, ring.copy(into, at, value))];
        };
        const all: { readonly value: number; readonly at: number }[] = [];
        let now = 0;
        for (const { value, afterMs } of added) {
          now += afterMs;
          ring.add(value, now, 2 * value);
          all.push({ value, at: now });
          assert.deepEqual(copied(1, now), recent(all, now));
        }
        assert.deepEqual(
          copied(2, now + restMs),
          recent(all, now + restMs).map((value) => 2 * value),
        );
        assert.equal(ring.count, added.length);
      }),
    );
  });
});

const recent = (all: readonly { readonly value: number; readonly at: number }[], now: number): readonly number[] =>
  all
    .slice(-size)
    .filter(({ at }) => now - at < memoryMs)
    .map(({ value }) => value);
