// The claim of an upload into a folder: takes over the data of earlier uploads, and shows other processes that it is alive. Each
// file has only one writer: `<hex>.<owner>` is written by that owner, and `<hex>` by no process until an upload takes it over by
// renaming it. The file of a dead owner is copied instead, since an owner that was only paused may still write to it.

import { randomUUID } from 'node:crypto';
import { copyFile, open, readdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError, type Clock, type Digest } from '@pareto/core';
import { hexOf } from '../digests/manifest.js';
import { openPartial, sizeOf, type PartialFile } from '../files/partial-file.js';
import { busy } from '../store/blob-store.js';
import { startHeartbeat, watchOtherUploads, yieldsTo, type Heartbeats } from '../store/upload-claim.js';

export interface ClaimedPartial {
  readonly receivedBytes: number;
  append(data: Uint8Array): Promise<void>;
  /** Verifies and renames. Throws as `PartialFile` does, or `aborted` if another upload has taken this one over as dead. */
  commit(target: string): Promise<void>;
  discard(): Promise<void>;
  /** Ends the upload and leaves its data to the next one. */
  release(): Promise<void>;
}

/**
 * Starts an upload and takes over data received before, unless it exceeds `sizeBytes`. Throws `aborted` while another upload of
 * the blob is running.
 */
export async function claimPartial(
  { folder, clock }: { readonly folder: string; readonly clock: Clock },
  digest: Digest,
  sizeBytes: number,
): Promise<ClaimedPartial> {
  const free = join(folder, hexOf(digest));
  const listOwned = async (): Promise<readonly string[]> =>
    (await partialFiles(folder, digest)).filter((path) => path !== free);
  const others = await watchOtherUploads(async () => readHeartbeats(await listOwned()), clock);
  if (others.kind === 'alive') throw busy(digest);
  const path = `${free}.${randomUUID()}`;
  await rename(free, path).catch(() => {});
  for (const other of others.owners) await takeOver(other, path);
  // Data of an upload with a larger announced size is not a prefix of this blob.
  if (((await sizeOf(path)) ?? 0) > sizeBytes) await rm(path, { force: true });
  const file = await openPartial(path);
  const heartbeat = startHeartbeat(() => touch(path, clock), clock);
  const release = async (): Promise<void> => {
    await heartbeat[Symbol.asyncDispose]();
    await file.close();
    await setFree(path, free);
  };
  if (yieldsTo(path, await listOwned())) {
    await release();
    throw busy(digest);
  }
  return {
    get receivedBytes() {
      return file.receivedBytes;
    },
    append: (data) => file.append(data),
    async commit(target) {
      await commitOwn(file, path, { digest, target });
      await rm(free, { force: true });
    },
    discard: () => rm(path, { force: true }),
    release,
  };
}

/** Returns the paths of the files that uploads of a blob have left or are writing. */
export async function partialFiles(folder: string, digest: Digest): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.startsWith(hexOf(digest))).map((name) => join(folder, name));
}

/** Returns the heartbeats of uploads (size and time of their files). Leaves out files that have been removed. */
async function readHeartbeats(paths: readonly string[]): Promise<Heartbeats> {
  const heartbeats = new Map<string, string>();
  for (const path of paths) {
    // A network file system revalidates a file when it is opened; `stat` alone may return cached attributes.
    await using file = await open(path, 'r').catch(() => undefined);
    if (file === undefined) continue;
    const { size, mtimeMs } = await file.stat();
    heartbeats.set(path, `${size} ${mtimeMs}`);
  }
  return heartbeats;
}

/** Takes over a dead upload's data. Does nothing if another upload was faster. Keeps a file that cannot be copied. */
async function takeOver(other: string, path: string): Promise<void> {
  const [theirs, ours] = [await sizeOf(other), await sizeOf(path)];
  if (theirs === undefined) return;
  try {
    if (theirs > (ours ?? 0)) await copyFile(other, path);
  } catch (error) {
    await rm(path, { force: true });
    if ((await sizeOf(other)) === undefined) return;
    throw error;
  }
  await rm(other, { force: true });
}

/** Commits an upload. Throws `aborted` if its file is gone: another upload has taken it over as dead. */
async function commitOwn(
  file: PartialFile,
  path: string,
  { digest, target }: { readonly digest: Digest; readonly target: string },
): Promise<void> {
  try {
    await file.commit(digest, target);
  } catch (error) {
    const isWrongDigest = error instanceof ParetoError && error.code === 'invalid-argument';
    if (isWrongDigest || (await sizeOf(path)) !== undefined) throw error;
    if ((await sizeOf(target)) === undefined) throw busy(digest);
  }
}

async function setFree(path: string, free: string): Promise<void> {
  const [ours, theirs] = [await sizeOf(path), await sizeOf(free)];
  if (ours === undefined) return;
  if (ours > (theirs ?? 0)) await rename(path, free).catch(() => {});
  else await rm(path, { force: true });
}

export async function touch(path: string, clock: Clock): Promise<void> {
  await utimes(path, clock.wallMs() / 1000, clock.wallMs() / 1000);
}
