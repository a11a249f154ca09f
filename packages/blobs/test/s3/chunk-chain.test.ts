import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planChain, type StoredChunk } from '../../src/s3/chunk-chain.js';

const chunk = (start: number, end: number): StoredChunk => ({ key: `${start}-${end}`, start, end });

describe('planChain', () => {
  it('ends at the first gap', () => {
    const { slices, bytes } = planChain([chunk(8, 16), chunk(0, 8), chunk(20, 28)]);
    assert.equal(bytes, 16);
    assert.deepEqual(slices, [
      { key: '0-8', from: 0, to: 8 },
      { key: '8-16', from: 0, to: 8 },
    ]);
    assert.deepEqual(planChain([chunk(1, 5)]), { slices: [], bytes: 0 });
    assert.deepEqual(planChain([]), { slices: [], bytes: 0 });
  });

  it('skips data that an earlier chunk has', () => {
    const { slices, bytes } = planChain([chunk(0, 8), chunk(0, 3), chunk(3, 11), chunk(5, 7)]);
    assert.equal(bytes, 11);
    assert.deepEqual(slices, [
      { key: '0-8', from: 0, to: 8 },
      { key: '3-11', from: 5, to: 8 },
    ]);
  });

  it('covers the longest prefix, each byte once', () => {
    const some = fc
      .tuple(fc.nat(30), fc.integer({ min: 1, max: 10 }))
      .map(([start, size]) => chunk(start, start + size));
    fc.assert(
      fc.property(fc.array(some), (chunks) => {
        const { slices, bytes } = planChain(chunks);
        let reached = 0;
        while (chunks.some(({ start, end }) => start <= reached && end > reached)) reached += 1;
        assert.equal(bytes, reached);
        let at = 0;
        for (const { key, from, to } of slices) {
          const start = Number(key.split('-')[0]);
          assert.equal(start + from, at);
          at = start + to;
        }
        assert.equal(at, bytes);
      }),
    );
  });
});
