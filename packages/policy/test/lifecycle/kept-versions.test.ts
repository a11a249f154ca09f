import assert from 'node:assert/strict';
import { milliseconds, type VersionChange } from '@pareto/core';
import { keptUntilWallMs, planVersionRemoval, rollbackError } from '../../src/index.js';
import { variant } from '../support/fixture.js';

const change = (from: number, version: number, atWallMs: number): VersionChange => ({
  ...{ from, version, atWallMs },
  ...{ by: '', reason: '' },
});
/** Version 3 replaced 2, which was gone back to, until version 4 replaced it. */
const changes = [change(2, 3, 100), change(3, 2, 200), change(2, 4, 300)];

describe('keptUntilWallMs', () => {
  it('counts from the last time at which another version replaced it', () => {
    assert.equal(keptUntilWallMs(2, changes, 50), 350);
    assert.equal(keptUntilWallMs(3, changes, 50), 250);
  });

  it('counts from the oldest known change for a version that was replaced before it', () =>
    assert.equal(keptUntilWallMs(1, changes, 50), 150));

  it('is undefined without a limit, and without a known change', () => {
    assert.equal(keptUntilWallMs(2, changes, 0), undefined);
    assert.equal(keptUntilWallMs(2, [], 50), undefined);
  });
});

describe('planVersionRemoval', () => {
  const hourMs = 3_600_000;
  const removed = (
    wallMs: number,
    keepMs: number,
    { inUse = [4], unusedMs = 50 }: { inUse?: readonly number[]; unusedMs?: number } = {},
  ): readonly number[] => {
    const unusedSince = new Map([1, 2, 3].map((version) => [version, milliseconds(100)]));
    const kept = { versions: [1, 2, 3, 4], inUse: new Set(inUse), changes, unusedSince };
    return planVersionRemoval(kept, { now: milliseconds(100 + unusedMs), wallMs }, keepMs);
  };

  it('removes what was replaced too long ago', () => {
    assert.deepEqual(removed(149, 50), []);
    assert.deepEqual(removed(150, 50), [1]);
    assert.deepEqual(removed(300, 50), [1, 3]);
    assert.deepEqual(removed(350, 50), [1, 2, 3]);
  });

  it('keeps versions in use, and all without a limit', () => {
    assert.deepEqual(removed(1e9, 50, { inUse: [2, 4] }), [1, 3]);
    assert.deepEqual(removed(1e9, 0), []);
  });

  it('keeps versions until they were seen unused for an hour, or for the time to keep them', () => {
    assert.deepEqual(removed(1e9, 50, { unusedMs: 49 }), []);
    assert.deepEqual(removed(1e12, 30 * 24 * hourMs, { unusedMs: hourMs - 1 }), []);
    assert.deepEqual(removed(1e12, 30 * 24 * hourMs, { unusedMs: hourMs }), [1, 2, 3]);
  });
});

describe('rollbackError', () => {
  const quarantined = variant('a:original', { p50Ms: 1, quarantineReason: 'two queries' });
  const failed = variant('a:fp16', { failure: 'NaN' });

  it('names the first fault if no variant can serve', () => {
    assert.equal(rollbackError([quarantined, failed]), 'a:original is quarantined: two queries');
    assert.equal(rollbackError([failed]), 'a:fp16 could not be measured: NaN');
    assert.equal(rollbackError([]), 'it has no variants');
  });

  it('is undefined if a variant is measured, or not measured yet', () => {
    assert.equal(rollbackError([quarantined, variant('a:fp16', { p50Ms: 1 })]), undefined);
    assert.equal(rollbackError([quarantined, variant('a:fp16')]), undefined);
  });
});
