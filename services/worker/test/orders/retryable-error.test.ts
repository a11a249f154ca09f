import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { describe, it } from 'mocha';
import { isOfFullDisk } from '../../src/orders/retryable-error.js';

describe('isOfFullDisk', () => {
  it('knows a full disk by its code, and where ONNX Runtime tells of it by the words of the system', () => {
    const system = Object.assign(new Error('write failed'), { code: 'ENOSPC' });
    assert.ok(isOfFullDisk(new ParetoError('resource-exhausted', 'free some space', { cause: system })));
    const told = 'the made file can not be loaded: fwrite failed: No space left on device';
    assert.ok(isOfFullDisk(new ParetoError('invalid-argument', told)));
    assert.equal(isOfFullDisk(new ParetoError('resource-exhausted', 'more memory than its limit')), false);
  });
});
