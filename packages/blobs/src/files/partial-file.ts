// A file that is appended to until it is complete, then verified and renamed. Its content survives a crash.

import { open, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDiskFull, ParetoError, type Digest } from '@pareto/core';
import { hashFile } from '../digests/hash-file.js';
import { makeFolder } from './make-folder.js';

export interface PartialFile {
  readonly receivedBytes: number;
  append(data: Uint8Array): Promise<void>;
  /** Flushes, verifies and renames. If the digest differs, removes the content and throws `invalid-argument`. */
  commit(digest: Digest, path: string): Promise<void>;
  /** Closes the file and keeps its content for the next attempt. */
  close(): Promise<void>;
}

/** Opens a file for appending, and creates it if it is missing. */
export async function openPartial(path: string): Promise<PartialFile> {
  return withDiskErrors(path, async () => {
    await makeFolder(dirname(path));
    const file = await open(path, 'a');
    let receivedBytes = (await file.stat()).size;
    return {
      get receivedBytes() {
        return receivedBytes;
      },
      async append(data) {
        await withDiskErrors(path, () => file.appendFile(data));
        receivedBytes += data.byteLength;
      },
      commit: (digest, target) => withDiskErrors(path, () => commit(file, path, digest, target)),
      close: () => file.close(),
    };
  });
}

/** Returns the size of a file. Undefined if there is no such file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function commit(file: FileHandle, path: string, digest: Digest, target: string): Promise<void> {
  await file.sync();
  const actual = await hashFile(path);
  if (actual !== digest) {
    await rm(path, { force: true });
    throw new ParetoError(
      'invalid-argument',
      `the content's digest is ${actual}, expected ${digest}: send the content again`,
    );
  }
  await makeFolder(dirname(target));
  await rename(path, target);
  await syncFolder(dirname(target));
}

/** Flushes a folder, which makes a rename in it durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Throws `resource-exhausted` if the folder's disk has less free space than `moreBytes`. */
export async function checkRoom(folder: string, moreBytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  // Some file systems report no sizes.
  if (blocks === 0 || moreBytes <= bavail * bsize) return;
  throw new ParetoError(
    'resource-exhausted',
    `${moreBytes} more bytes do not fit at ${folder}, which has ${bavail * bsize} bytes left: free some space and retry`,
    { paths: [folder] },
  );
}

/** Runs `work`. Throws a ParetoError that explains a full disk, a missing permission or an invalid path. */
export async function withDiskErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ParetoError ? error : (explainDiskError(error, dirname(path)) ?? error);
  }
}

/** Returns undefined for an error that is not about the folder. */
function explainDiskError(error: unknown, folder: string): ParetoError | undefined {
  const options = { cause: error, paths: [folder] };
  if (isDiskFull(error)) {
    return new ParetoError('resource-exhausted', `no disk space left at ${folder}: free some space and retry`, options);
  }
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const message = `${folder} is not writable: check its owner and permissions`;
    return new ParetoError('failed-precondition', message, options);
  }
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EEXIST') {
    const message = `${folder} is not a folder and cannot be created: check the path`;
    return new ParetoError('failed-precondition', message, options);
  }
  return undefined;
}
