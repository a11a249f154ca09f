import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { describe, it } from 'mocha';
import { isOfFullDisk } from '../../src/orders/retryable-error.js';

describe('isOfFullDisk', () => {
  it('detects a full disk by its error code, and in errors of ONNX Runtime by the system message', () => {
    const system = Object.assign(new Error('write failed'), { code: 'ENOSPC' });
    assert.ok(isOfFullDisk(new ParetoError('resource-exhausted', 'free some space', { cause: system })));
    const message = 'the generated file could not be loaded: fwrite failed: No space left on device';
    assert.ok(isOfFullDisk(new ParetoError('invalid-argument', message)));
    assert.equal(isOfFullDisk(new ParetoError('resource-exhausted', 'more memory than its limit')), false);
  });
});
