// A blob store in a folder, which may be on storage that several controllers share.

import { createReadStream } from 'node:fs';
import { opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFull, type Digest } from '@pareto/core';
import {
  checkSize,
  createUploadGate,
  damaged,
  inOrder,
  notFound,
  shareByDigest,
  type BlobChunk,
  type BlobStore,
  type BlobStoreOptions,
  type StoredBlob,
} from '../store/blob-store.js';
import { touch } from './folder-claim.js';
import { createFolderPartials, statIfExists } from './folder-partials.js';
import { openFolderIdentity } from './folder-identity.js';
import { hashFile } from '../digests/hash-file.js';
import { makeFolder } from '../files/make-folder.js';
import { checkDigest, digestOfHex, hexOf } from '../digests/manifest.js';
import { checkRoom, sizeOf, withDiskErrors } from '../files/partial-file.js';

/** Opens a blob folder, and creates it if it is missing. Throws `failed-precondition` if it can't be created or written. */
export async function openFolderBlobStore(
  folder: string,
  { maxBlobBytes, clock, onDamaged }: BlobStoreOptions,
): Promise<BlobStore> {
  const [blobs, partial] = [join(folder, 'sha256'), join(folder, 'partial')];
  const pathOf = (digest: Digest): string => join(blobs, hexOf(digest));
  const identity = await openFolderIdentity(folder, clock);
  await withDiskErrors(pathOf('' as Digest), () => makeFolder(partial));
  const partials = createFolderPartials(partial, clock);
  const gate = createUploadGate();

  async function find(digest: Digest): Promise<string> {
    if ((await sizeOf(pathOf(digest))) !== undefined) return pathOf(digest);
    await identity.check();
    throw notFound(digest);
  }

  const recheck = shareByDigest(async (digest) => {
    const path = await find(checkDigest(digest));
    const read = await statIfExists(path);
    if ((await hashFile(path)) === digest) return path;
    // Keep the file if it was replaced meanwhile.
    if ((await statIfExists(path))?.ino === read?.ino) await rm(path, { force: true });
    onDamaged(digest);
    throw damaged(digest, folder);
  });

  async function receive(digest: Digest, sizeBytes: number, chunks: AsyncIterable<BlobChunk>): Promise<void> {
    const claimed = await withDiskErrors(join(partial, '_'), () => partials.claim(digest, sizeBytes));
    try {
      await checkRoom(partial, sizeBytes - claimed.receivedBytes);
      for await (const data of inOrder(chunks, claimed.receivedBytes, sizeBytes)) await claimed.append(data);
      await identity.check();
      await claimed.commit(pathOf(digest));
    } catch (error) {
      // Free the space for other users of the disk, which may include the store.
      if (isDiskFull(error)) await claimed.discard();
      throw error;
    } finally {
      await claimed.release();
    }
  }

  return {
    location: folder,
    locationId: identity.id,
    async noteOnce(name, text) {
      await identity.check();
      return identity.noteOnce(name, text);
    },
    async status(digest) {
      const size = await sizeOf(pathOf(checkDigest(digest)));
      if (size === undefined) {
        await identity.check();
        return { complete: false, receivedBytes: await partials.receivedBytes(digest) };
      }
      await touch(pathOf(digest), clock).catch(() => {});
      return { complete: true, receivedBytes: size };
    },
    async upload(digest, sizeBytes, chunks) {
      checkDigest(digest);
      checkSize(sizeBytes, maxBlobBytes);
      if ((await sizeOf(pathOf(digest))) !== undefined) return;
      await identity.check();
      await gate(digest, () => receive(digest, sizeBytes, chunks));
    },
    async *read(digest, offset) {
      const stream = createReadStream(await find(checkDigest(digest)), { start: offset, highWaterMark: 1 << 20 });
      for await (const chunk of stream) yield chunk as Buffer;
    },
    localFile: async (digest) => ({ path: await recheck(digest), release: async () => {} }),
    async recheck(digest) {
      await recheck(digest);
    },
    async *list() {
      yield* wholeBlobs(blobs);
      yield* partials.list();
    },
    listPartial: () => partials.list(),
    async delete(blob) {
      if (blob.partial) return partials.remove(blob);
      const found = await statIfExists(pathOf(blob.digest));
      if (found !== undefined && found.mtimeMs > blob.touchedWallMs) return false;
      await rm(pathOf(blob.digest), { force: true });
      return true;
    },
  };
}

async function* wholeBlobs(folder: string): AsyncGenerator<StoredBlob> {
  const entries = await opendir(folder).catch(() => undefined);
  for await (const { name } of entries ?? []) {
    const found = await statIfExists(join(folder, name));
    const digest = digestOfHex(name);
    if (found === undefined || digest === undefined) continue;
    yield { digest, partial: false, sizeBytes: found.size, touchedWallMs: found.mtimeMs };
  }
}
