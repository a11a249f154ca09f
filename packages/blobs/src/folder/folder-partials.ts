// The unfinished uploads of a blob folder. Each file has only one writer: `<hex>.<owner>` is written by that owner, and `<hex>`
// by no process until an upload takes it over by renaming it. The file of a dead owner is copied instead, since an owner that
// was only paused may still write to it.

import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { copyFile, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError, type Clock, type Digest } from '@pareto/core';
import { busy, type StoredBlob } from '../store/blob-store.js';
import { digestOfHex, hexOf } from '../digests/manifest.js';
import { openPartial, sizeOf, type PartialFile } from '../files/partial-file.js';
import { yieldsTo, startHeartbeat, watchOtherUploads, type Heartbeats } from '../store/upload-claim.js';

export interface FolderPartials {
  /** Returns the offset at which an upload would resume. */
  receivedBytes(digest: Digest): Promise<number>;
  /** Starts an upload and takes over data received before, unless it exceeds `sizeBytes`. Throws `aborted` while another runs. */
  claim(digest: Digest, sizeBytes: number): Promise<ClaimedPartial>;
  list(): AsyncIterable<StoredBlob>;
  /** Returns false and removes nothing if the upload received data since it was listed. */
  remove(blob: StoredBlob): Promise<boolean>;
}

interface ClaimedPartial {
  readonly receivedBytes: number;
  append(data: Uint8Array): Promise<void>;
  /** Verifies and renames. Throws as `PartialFile` does, or `aborted` if another upload has taken this one over as dead. */
  commit(target: string): Promise<void>;
  discard(): Promise<void>;
  /** Ends the upload and leaves its data to the next one. */
  release(): Promise<void>;
}

export function createFolderPartials(folder: string, clock: Clock): FolderPartials {
  const filesOf = async (digest: Digest): Promise<readonly string[]> => {
    const names = await readdir(folder).catch(() => []);
    return names.filter((name) => name.startsWith(hexOf(digest))).map((name) => join(folder, name));
  };
  const owned = async (digest: Digest, own?: string): Promise<readonly string[]> =>
    (await filesOf(digest)).filter((path) => path !== join(folder, hexOf(digest)) && path !== own);

  async function findDeadUploads(digest: Digest): Promise<readonly string[]> {
    const others = await watchOtherUploads(async () => readHeartbeats(await owned(digest)), clock);
    if (others.kind === 'alive') throw busy(digest);
    return others.owners;
  }

  async function claim(digest: Digest, sizeBytes: number): Promise<ClaimedPartial> {
    const dead = await findDeadUploads(digest);
    const free = join(folder, hexOf(digest));
    const path = `${free}.${randomUUID()}`;
    await rename(free, path).catch(() => {});
    for (const other of dead) await takeOver(other, path);
    // Data of an upload with a larger announced size is not a prefix of this blob.
    if (((await sizeOf(path)) ?? 0) > sizeBytes) await rm(path, { force: true });
    const file = await openPartial(path);
    const heartbeat = startHeartbeat(() => touch(path, clock), clock);
    const release = async (): Promise<void> => {
      await heartbeat[Symbol.asyncDispose]();
      await file.close();
      await setFree(path, free);
    };
    if (yieldsTo(path, await owned(digest, path))) {
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

  async function* list(): AsyncGenerator<StoredBlob> {
    const found = new Map<Digest, StoredBlob>();
    for (const name of await readdir(folder).catch(() => [])) {
      const file = await statIfExists(join(folder, name));
      const digest = digestOfHex(name.split('.')[0] ?? '');
      if (file === undefined || digest === undefined) continue;
      const { sizeBytes, touchedWallMs } = found.get(digest) ?? { sizeBytes: 0, touchedWallMs: 0 };
      found.set(digest, {
        digest,
        partial: true,
        sizeBytes: sizeBytes + file.size,
        touchedWallMs: Math.max(touchedWallMs, file.mtimeMs),
      });
    }
    yield* found.values();
  }

  return {
    async receivedBytes(digest) {
      const sizes = await Promise.all((await filesOf(digest)).map(sizeOf));
      return Math.max(0, ...sizes.map((size) => size ?? 0));
    },
    claim,
    list,
    async remove({ digest, touchedWallMs }) {
      const paths = await filesOf(digest);
      const files = await Promise.all(paths.map(statIfExists));
      if (files.some((file) => file !== undefined && file.mtimeMs > touchedWallMs)) return false;
      for (const path of paths) await rm(path, { force: true });
      return true;
    },
  };
}

/** Returns the heartbeats of uploads (size and time of their files). Leaves out files that have been removed. */
async function readHeartbeats(paths: readonly string[]): Promise<Heartbeats> {
  const heartbeats = new Map<string, string>();
  for (const path of paths) {
    // A network file system revalidates a file when it is opened; `stat` alone may return cached attributes.
    const file = await open(path, 'r').catch(() => undefined);
    if (file === undefined) continue;
    const { size, mtimeMs } = await file.stat().finally(() => file.close());
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

export const statIfExists = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);
