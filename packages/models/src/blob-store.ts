// Content-addressed files in a folder: what the controller keeps models and validation sets in.

import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError, type Digest } from '@pareto/core';
import { makeFolder } from './make-folder.js';
import { checkDigest } from './manifest.js';
import { openPartial, partialBytes, sizeOf, withDiskErrors, type PartialFile } from './partial-file.js';

export interface BlobStatus {
  readonly complete: boolean;
  /** Where an upload goes on. */
  readonly receivedBytes: number;
}

export interface BlobChunk {
  /** Of the data in the whole. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/** An S3 bucket could stand behind this as well as a folder. */
export interface BlobStore {
  status(digest: Digest): Promise<BlobStatus>;
  /**
   * Takes chunks, the first at `receivedBytes`, until there are `sizeBytes`. When it resolves the blob is whole, verified and
   * on disk. An upload that breaks off keeps what it had. A blob that is there already swallows what comes.
   */
  upload(digest: Digest, sizeBytes: number, chunks: AsyncIterable<BlobChunk>): Promise<void>;
  /** Throws `not-found` unless the blob is whole. */
  read(digest: Digest, offset: number): AsyncIterable<Buffer>;
  /** A local file with the blob's content. Throws `not-found` unless it is whole. */
  localFile(digest: Digest): Promise<string>;
}

export interface FolderBlobStoreOptions {
  /** No larger blob is taken. */
  readonly maxBlobBytes: number;
}

const defaults: FolderBlobStoreOptions = { maxBlobBytes: 16 * 2 ** 30 };

export async function createFolderBlobStore(
  folder: string,
  { maxBlobBytes }: FolderBlobStoreOptions = defaults,
): Promise<BlobStore> {
  const pathOf = (digest: Digest): string => join(folder, 'sha256', hex(digest));
  const partialOf = (digest: Digest): string => join(folder, 'partial', hex(digest));
  const uploading = new Set<Digest>();
  await withDiskErrors(pathOf('' as Digest), () => makeFolder(join(folder, 'partial')));

  async function localFile(digest: Digest): Promise<string> {
    if ((await sizeOf(pathOf(digest))) !== undefined) return pathOf(digest);
    throw new ParetoError('not-found', `there is no blob ${digest}: upload it first`);
  }

  async function receive(digest: Digest, sizeBytes: number, chunks: AsyncIterable<BlobChunk>): Promise<void> {
    // What an upload of another announced size left behind can't be a beginning of this one.
    if ((await partialBytes(partialOf(digest))) > sizeBytes) await rm(partialOf(digest), { force: true });
    const partial = await openPartial(partialOf(digest));
    try {
      await fill(partial, sizeBytes, chunks);
      await partial.commit(digest, pathOf(digest));
    } finally {
      await partial.close();
    }
  }

  return {
    localFile,
    async status(digest) {
      const size = await sizeOf(pathOf(checkDigest(digest)));
      if (size !== undefined) return { complete: true, receivedBytes: size };
      return { complete: false, receivedBytes: await partialBytes(partialOf(digest)) };
    },
    async upload(digest, sizeBytes, chunks) {
      checkDigest(digest);
      checkSize(sizeBytes, maxBlobBytes);
      if ((await sizeOf(pathOf(digest))) !== undefined) return;
      if (uploading.has(digest))
        throw new ParetoError('aborted', `${digest} is being uploaded by another: try again later`);
      uploading.add(digest);
      try {
        await receive(digest, sizeBytes, chunks);
      } finally {
        uploading.delete(digest);
      }
    },
    async *read(digest, offset) {
      const stream = createReadStream(await localFile(checkDigest(digest)), { start: offset, highWaterMark: 1 << 20 });
      for await (const chunk of stream) yield chunk as Buffer;
    },
  };
}

const hex = (digest: Digest): string => digest.slice('sha256:'.length);

function checkSize(sizeBytes: number, maxBlobBytes: number): void {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0) {
    throw new ParetoError(
      'invalid-argument',
      `size_bytes is ${sizeBytes}: expected the whole blob's size in the first message`,
    );
  }
  if (sizeBytes > maxBlobBytes) {
    throw new ParetoError(
      'invalid-argument',
      `a blob may have ${maxBlobBytes} bytes, and this one would have ${sizeBytes}`,
    );
  }
}

async function fill(partial: PartialFile, sizeBytes: number, chunks: AsyncIterable<BlobChunk>): Promise<void> {
  for await (const { offset, data } of chunks) {
    if (offset !== partial.receivedBytes) {
      throw new ParetoError(
        'invalid-argument',
        `data came for offset ${offset}, expected ${partial.receivedBytes}: ask Stat where to go on`,
      );
    }
    if (offset + data.byteLength > sizeBytes) {
      throw new ParetoError('invalid-argument', `more data came than the ${sizeBytes} bytes that were announced`);
    }
    await partial.append(data);
  }
  if (partial.receivedBytes !== sizeBytes) {
    throw new ParetoError(
      'aborted',
      `the upload ended at ${partial.receivedBytes} of ${sizeBytes} bytes: go on from there`,
    );
  }
}
