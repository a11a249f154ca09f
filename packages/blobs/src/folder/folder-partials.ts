// What uploads into a folder have received so far. Each file has one writer ever: `<hex>.<owner>` is written by that owner,
// `<hex>` by nobody until an upload takes it over by renaming it. What a dead owner left is copied, since an owner that was
// only paused may still write to it.

import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { copyFile, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError, type Clock, type Digest } from '@pareto/core';
import { busy, type StoredBlob } from '../store/blob-store.js';
import { digestOfHex, hexOf } from '../digests/manifest.js';
import { openPartial, sizeOf, type PartialFile } from '../files/partial-file.js';
import { givesWay, startBeats, watchOthers, type Signs } from '../store/upload-claim.js';

export interface FolderPartials {
  /** What an upload would go on from. */
  receivedBytes(digest: Digest): Promise<number>;
  /** Takes over what is there, unless it is too much. Throws `aborted` while another writes. */
  claim(digest: Digest, sizeBytes: number): Promise<ClaimedPartial>;
  list(): AsyncIterable<StoredBlob>;
  /** False, and nothing removed, when it was written since it was listed. */
  remove(blob: StoredBlob): Promise<boolean>;
}

interface ClaimedPartial {
  readonly receivedBytes: number;
  append(data: Uint8Array): Promise<void>;
  /** Verifies it and gives it its name. Throws as `PartialFile` does, and `aborted` when another took this upload for dead. */
  commit(target: string): Promise<void>;
  discard(): Promise<void>;
  /** Leaves what was received to the next upload. */
  release(): Promise<void>;
}

export function createFolderPartials(folder: string, clock: Clock): FolderPartials {
  const filesOf = async (digest: Digest): Promise<readonly string[]> => {
    const names = await readdir(folder).catch(() => []);
    return names.filter((name) => name.startsWith(hexOf(digest))).map((name) => join(folder, name));
  };
  const owned = async (digest: Digest, own?: string): Promise<readonly string[]> =>
    (await filesOf(digest)).filter((path) => path !== join(folder, hexOf(digest)) && path !== own);

  async function silentOthers(digest: Digest): Promise<readonly string[]> {
    const others = await watchOthers(async () => signsOf(await owned(digest)), clock);
    if (others.kind === 'alive') throw busy(digest);
    return others.owners;
  }

  async function claim(digest: Digest, sizeBytes: number): Promise<ClaimedPartial> {
    const silent = await silentOthers(digest);
    const free = join(folder, hexOf(digest));
    const path = `${free}.${randomUUID()}`;
    await rename(free, path).catch(() => {});
    for (const other of silent) await adopt(other, path);
    // What an upload of another announced size left behind can't be a beginning of this one.
    if (((await sizeOf(path)) ?? 0) > sizeBytes) await rm(path, { force: true });
    const file = await openPartial(path);
    const beats = startBeats(() => touch(path, clock), clock);
    const release = async (): Promise<void> => {
      await beats[Symbol.asyncDispose]();
      await file.close();
      await setFree(path, free);
    };
    if (givesWay(path, await owned(digest, path))) {
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
      const file = await statOrNothing(join(folder, name));
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
      const files = await Promise.all(paths.map(statOrNothing));
      if (files.some((file) => file !== undefined && file.mtimeMs > touchedWallMs)) return false;
      for (const path of paths) await rm(path, { force: true });
      return true;
    },
  };
}

/** Files that are gone by now are left out. */
async function signsOf(paths: readonly string[]): Promise<Signs> {
  const signs = new Map<string, string>();
  for (const path of paths) {
    // Opening makes a network file system ask its server; asking for the attributes alone may be answered from a cache.
    const file = await open(path, 'r').catch(() => undefined);
    if (file === undefined) continue;
    const { size, mtimeMs } = await file.stat().finally(() => file.close());
    signs.set(path, `${size} ${mtimeMs}`);
  }
  return signs;
}

/** Another upload may be faster: then there is nothing left to adopt. What can't be copied stays for a later one. */
async function adopt(other: string, path: string): Promise<void> {
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

/** That the file is gone means that another took this upload for dead, and goes on with a copy. */
async function commitOwn(
  file: PartialFile,
  path: string,
  { digest, target }: { readonly digest: Digest; readonly target: string },
): Promise<void> {
  try {
    await file.commit(digest, target);
  } catch (error) {
    const isRefused = error instanceof ParetoError && error.code === 'invalid-argument';
    if (isRefused || (await sizeOf(path)) !== undefined) throw error;
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

export const statOrNothing = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);
