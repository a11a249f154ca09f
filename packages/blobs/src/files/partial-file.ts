// A file that grows until it is whole, is verified, and only then gets its name. What was received survives a crash.

import { open, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDiskFull, ParetoError, type Digest } from '@pareto/core';
import { hashFile } from '../digests/hash-file.js';
import { makeFolder } from './make-folder.js';

export interface PartialFile {
  readonly receivedBytes: number;
  append(data: Uint8Array): Promise<void>;
  /** Flushes, verifies and renames. Throws `invalid-argument`, and forgets the content, when its digest is another. */
  commit(digest: Digest, path: string): Promise<void>;
  /** What was received stays, for a later attempt. */
  close(): Promise<void>;
}

/** Opens at the end of what is there. */
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

/** Undefined when there is no such file. */
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
    throw new ParetoError('invalid-argument', `the content's digest is ${actual}, and not ${digest}: send it again`);
  }
  await makeFolder(dirname(target));
  await rename(path, target);
  await syncFolder(dirname(target));
}

/** A rename lasts once its folder is flushed. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Throws `resource-exhausted` unless so much more fits on the folder's disk. */
export async function checkRoom(folder: string, moreBytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  // Some file systems don't tell.
  if (blocks === 0 || moreBytes <= bavail * bsize) return;
  throw new ParetoError(
    'resource-exhausted',
    `${moreBytes} more bytes don't fit at ${folder}, which has ${bavail * bsize} left: free some and try again`,
  );
}

/** A full disk, a missing permission and a bad path are told as what they are. */
export async function withDiskErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ParetoError) throw error;
    if (isDiskFull(error)) {
      throw new ParetoError('resource-exhausted', `no disk space left at ${dirname(path)}: free some and try again`, {
        cause: error,
      });
    }
    const code = codeOf(error);
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      throw new ParetoError('failed-precondition', `${dirname(path)} can't be written to: check who owns it`, {
        cause: error,
      });
    }
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EEXIST') {
      throw new ParetoError('failed-precondition', `${dirname(path)} is no folder and can't be made one`, {
        cause: error,
      });
    }
    throw error;
  }
}
