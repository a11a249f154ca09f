import assert from 'node:assert/strict';
import { digest } from '@pareto/core';
import fc from 'fast-check';
import { planUpload, type CollectableBlob, type UploadParams } from '../../src/index.js';

const now = 1_000_000;
const params: UploadParams = { maxUploads: 4, maxBytes: 100, abandonedMs: 1_000 };
const upload = (name: string, sizeBytes: number, idleMs: number): CollectableBlob => ({
  ...{ digest: digest(name), partial: true },
  ...{ sizeBytes, touchedWallMs: now - idleMs },
});

describe('planUpload', () => {
  it('admits an upload that fits', () => {
    const unfinished = [upload('a', 50, 5_000), upload('b', 25, 0)];
    assert.deepEqual(planUpload(unfinished, 25, now, params), { kind: 'admit', remove: [] });
  });

  it('removes the oldest abandoned uploads, and no more than needed', () => {
    const [old, older, recent] = [upload('old', 30, 2_000), upload('older', 30, 3_000), upload('recent', 30, 999)];
    const plan = planUpload([old, older, recent], 40, now, params);
    assert.deepEqual(plan, { kind: 'admit', remove: [older] });
    const many = [upload('a', 1, 2_000), upload('b', 1, 0), upload('c', 1, 0), upload('d', 1, 0)];
    assert.deepEqual(planUpload(many, 1, now, params), { kind: 'admit', remove: [many[0]] });
  });

  it('rejects an upload that fits only in place of one that continues', () => {
    assert.deepEqual(planUpload([upload('a', 90, 0)], 11, now, params), { kind: 'reject', limit: 'bytes' });
    const running = ['a', 'b', 'c', 'd'].map((name) => upload(name, 1, 0));
    assert.deepEqual(planUpload(running, 1, now, params), { kind: 'reject', limit: 'count' });
  });

  it('keeps the limits, whatever is unfinished', () => {
    const any = fc.record({ size: fc.nat({ max: 60 }), idleMs: fc.nat({ max: 3_000 }) });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), fc.integer({ min: 1, max: 100 }), (uploads, sizeBytes) => {
        const unfinished = uploads.map(({ size, idleMs }, index) => upload(`u${index}`, size, idleMs));
        const plan = planUpload(unfinished, sizeBytes, now, params);
        if (plan.kind === 'reject') return;
        const kept = unfinished.filter((one) => !plan.remove.includes(one));
        assert.ok(kept.length < params.maxUploads);
        assert.ok(kept.reduce((sum, one) => sum + one.sizeBytes, sizeBytes) <= params.maxBytes);
        assert.ok(plan.remove.every(({ touchedWallMs }) => now - touchedWallMs > params.abandonedMs));
      }),
    );
  });
});
