import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { describe, it } from 'mocha';
import { isCausedByFullDisk } from '../../src/orders/retryable-error.js';

describe('isCausedByFullDisk', () => {
  it('detects a full disk by its error code, and in errors of ONNX Runtime by the system message', () => {
    const system = Object.assign(new Error('write failed'), { code: 'ENOSPC' });
    assert.ok(isCausedByFullDisk(new ParetoError('resource-exhausted', 'free some space', { cause: system })));
    const message = 'the generated file could not be loaded: fwrite failed: No space left on device';
    assert.ok(isCausedByFullDisk(new ParetoError('invalid-argument', message)));
    assert.equal(isCausedByFullDisk(new ParetoError('resource-exhausted', 'more memory than its limit')), false);
  });
});
