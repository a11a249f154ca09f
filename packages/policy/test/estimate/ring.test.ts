import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Ring } from '../../src/estimate/ring.js';

const [size, memoryMs] = [8, 20];

describe('a ring of samples', () => {
  it('has the last samples in order of size, without those that are too old', () => {
    const samples = fc.array(fc.record({ value: fc.integer({ min: -3, max: 3 }), afterMs: fc.nat(12) }));
    fc.assert(
      fc.property(samples, fc.nat(30), (added, restMs) => {
        const ring = new Ring(size, memoryMs);
        const all: { readonly value: number; readonly at: number }[] = [];
        let now = 0;
        for (const { value, afterMs } of added) {
          now += afterMs;
          ring.add(value, now);
          all.push({ value, at: now });
          assert.deepEqual([...ring.sorted(now)], recent(all, now));
        }
        assert.deepEqual([...ring.sorted(now + restMs)], recent(all, now + restMs));
        assert.equal(ring.count, added.length);
      }),
    );
  });
});

const recent = (all: readonly { readonly value: number; readonly at: number }[], now: number): readonly number[] =>
  all
    .slice(-size)
    .filter(({ at }) => now - at < memoryMs)
    .map(({ value }) => value)
    .toSorted((a, b) => a - b);
