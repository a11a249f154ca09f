import assert from 'node:assert/strict';
import { digest } from '@pareto/core';
import fc from 'fast-check';
import { defaultCollectParams, planBlobCollection, type CollectableBlob } from '../../src/index.js';

const hour = 3_600_000;
const now = 1_000 * hour;
const blob = (name: string, hoursAgo: number, partial = false): CollectableBlob => ({
  digest: digest(name),
  partial,
  sizeBytes: 1,
  touchedWallMs: now - hoursAgo * hour,
});

describe('planBlobCollection', () => {
  it('removes unreferenced blobs after the grace period, the oldest first', () => {
    const blobs = [blob('new', 23), blob('old', 25), blob('kept', 99), blob('older', 30), blob('ahead', -5)];
    const plan = planBlobCollection(blobs, new Set([digest('kept')]), now, defaultCollectParams);
    assert.deepEqual(
      plan.remove.map((one) => one.digest),
      ['older', 'old'],
    );
    assert.deepEqual({ referenced: plan.referenced, recent: plan.recent }, { referenced: 1, recent: 2 });
  });

  it('removes remains of uploads, also of a referenced blob', () => {
    const blobs = [blob('a', 25, true), blob('a', 25), blob('b', 3, true)];
    const { remove } = planBlobCollection(blobs, new Set([digest('a')]), now, defaultCollectParams);
    assert.deepEqual(remove, [blobs[0]]);
  });

  it('never removes a referenced blob or one within the grace period', () => {
    const blobs = fc.array(
      fc.record({
        digest: fc.constantFrom('a', 'b', 'c', 'd').map(digest),
        partial: fc.boolean(),
        sizeBytes: fc.nat(),
        touchedWallMs: fc.integer({ min: now - 100, max: now + 100 }),
      }),
    );
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd').map(digest)).map((list) => new Set(list));
    fc.assert(
      fc.property(blobs, names, fc.nat(150), (all, referenced, graceMs) => {
        const { remove, ...kept } = planBlobCollection(all, referenced, now, { graceMs });
        for (const { digest: id, partial, touchedWallMs } of remove) {
          assert.ok(partial || !referenced.has(id));
          assert.ok(now - touchedWallMs > graceMs);
        }
        assert.equal(remove.length + kept.referenced + kept.recent, all.length);
      }),
    );
  });
});
