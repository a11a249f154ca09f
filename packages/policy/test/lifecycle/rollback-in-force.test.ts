import assert from 'node:assert/strict';
import type { VersionChange } from '@pareto/core';
import { rollbackInForce } from '@pareto/policy';
import { describe, it } from 'mocha';

const change = (from: number, version: number, byRollback = false): VersionChange => ({
  ...{ from, version, atWallMs: 0, by: 'ann', reason: '', byRollback },
});

describe('rollbackInForce', () => {
  it('is the last change if that went back to another version', () => {
    const back = change(2, 1, true);
    assert.equal(rollbackInForce([change(1, 2), back], 2), back);
    assert.equal(rollbackInForce([change(1, 2), back], 1), undefined);
  });

  it('is the one that left the version last, although others came since', () => {
    const back = change(2, 1, true);
    assert.equal(rollbackInForce([change(1, 2), back, change(1, 3)], 2), back);
    assert.equal(rollbackInForce([change(1, 2), back, change(1, 3)], 3), undefined);
    assert.equal(rollbackInForce([change(1, 2), back, change(1, 2, true), change(2, 3)], 2), undefined);
  });

  it('is none if files that were registered replaced the version', () => {
    assert.equal(rollbackInForce([change(1, 2)], 1), undefined);
    assert.equal(rollbackInForce([], 1), undefined);
  });
});
