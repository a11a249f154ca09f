// Errors for failures of the embedded store's files.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParetoError } from '@pareto/core';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { storeFailure } from '../src/embedded/failures.js';

describe('storeFailure', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'pareto-failures-'));
  });
  afterEach(() => rmSync(path, { recursive: true }));

  const failure = (message: string, code?: string): ParetoError =>
    storeFailure(Object.assign(new Error(message), code === undefined ? {} : { code }), path);

  it('tells what to do about each failure', () => {
    const cases: readonly (readonly [ParetoError, string, RegExp])[] = [
      [failure('No space left on device'), 'resource-exhausted', /no disk space left for the store at .*: free some/],
      [failure('write', 'ENOSPC'), 'resource-exhausted', /no disk space left/],
      [failure('open', 'EACCES'), 'permission-denied', /not writable.*--data-dir/],
      [failure('open', 'EROFS'), 'permission-denied', /not writable/],
      [failure('mkdir', 'ENOTDIR'), 'failed-precondition', /not a directory/],
      [failure('MDB_CORRUPTED: Located page was wrong type'), 'data-loss', /damaged.*restore it from a backup/],
      [failure('something else'), 'internal', /something else/],
    ];
    for (const [error, code, message] of cases) {
      assert.equal(error.code, code);
      assert.match(error.message, message);
    }
  });

  it('treats an input/output error as a full disk only if the disk is full', () => {
    assert.equal(failure('Input/output error').code, 'internal');
  });

  it('returns a ParetoError unchanged', () => {
    const told = new ParetoError('not-found', 'told');
    assert.equal(storeFailure(told, path), told);
  });
});
