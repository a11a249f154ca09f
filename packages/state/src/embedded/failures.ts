// Maps failures of the embedded store's files to errors that tell the operator what to do.

import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';

/** Returns a ParetoError for an error of the file system or of LMDB. */
export function storeFailure(error: unknown, path: string): ParetoError {
  if (error instanceof ParetoError) return error;
  const text = `${codeOf(error)} ${errorText(error)}`;
  const cause = { cause: error, paths: [path] };
  if (/ENOSPC|EDQUOT|No space left|quota exceeded|MDB_MAP_FULL/i.test(text) || (isShortWrite(text) && isFull(path))) {
    return new ParetoError(
      'resource-exhausted',
      `no disk space left for the store at ${path}: free some space and retry`,
      cause,
    );
  }
  if (/EACCES|EPERM|EROFS|Permission denied|Read-only|not permitted/i.test(text)) {
    return new ParetoError(
      'permission-denied',
      `the store directory ${path} is not writable: give this user access to it, or pass another --data-dir`,
      cause,
    );
  }
  if (/ENOTDIR|EEXIST|ENOENT|Not a directory/i.test(text)) {
    return new ParetoError(
      'failed-precondition',
      `the store's path ${path} is not a directory and can't be created: pass another --data-dir`,
      cause,
    );
  }
  if (/MDB_INVALID|MDB_CORRUPTED|MDB_VERSION_MISMATCH|MDB_PAGE_NOTFOUND/i.test(text)) {
    return new ParetoError(
      'data-loss',
      `the store at ${path} is damaged (${errorText(error)}): restore it from a backup`,
      cause,
    );
  }
  return new ParetoError('internal', `the store at ${path} failed: ${errorText(error)}`, cause);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Returns whether the error may be a short write, which LMDB reports as an input/output error. */
const isShortWrite = (text: string): boolean => /EIO|Input\/output error/i.test(text);

const isFull = (path: string): boolean => {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize < reservedBytes;
};

const reservedBytes = 2 ** 20;

/** Throws ENOSPC if less than 1 MiB can be written: LMDB maps a file when it opens and would crash by a signal. */
export function checkSpace(path: string): void {
  const probe = join(path, 'space-probe');
  const descriptor = openSync(probe, 'w');
  try {
    const chunk = Buffer.alloc(reservedBytes);
    for (let written = 0; written < reservedBytes;) written += writeSync(descriptor, chunk, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
    rmSync(probe);
  }
}
