// The contract of a blob store (content-addressed files that several controllers share), and what all stores share.

import { ParetoError, type Clock, type Digest } from '@pareto/core';
import type { CachedFile } from '../cache/blob-cache.js';

export interface BlobStatus {
  readonly complete: boolean;
  /** Offset at which an upload resumes. */
  readonly receivedBytes: number;
}

export interface BlobChunk {
  /** Position of the data in the blob. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/** A complete blob, or the remains of its unfinished uploads. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly partial: boolean;
  readonly sizeBytes: number;
  /** Time of the last write or `status` call, in milliseconds since the Unix epoch. */
  readonly touchedWallMs: number;
}

/** Blobs at one location, which any number of processes may have open. */
export interface BlobStore {
  /** Human-readable location, e.g. a path or a URL. */
  readonly location: string;
  /** Identity of the location: equal for every process that opens the same location. */
  readonly locationId: string;
  /** Stores a note about the location, unless the name has one already. Returns the stored note. */
  noteOnce(name: 'collector', text: string): Promise<string>;
  /** Returns how much of a blob is stored. Updates the touched time of a complete blob. */
  status(digest: Digest): Promise<BlobStatus>;
  /**
   * Receives chunks up to `sizeBytes`; the first must start at or before `receivedBytes`. Once it resolves, the blob is
   * complete, verified and durable. The data of an interrupted upload is kept for the next one. Does nothing if the blob is
   * complete already. Throws `aborted` while another upload of the blob is running, or if the chunks end early.
   */
  upload(digest: Digest, sizeBytes: number, chunks: AsyncIterable<BlobChunk>): Promise<void>;
  /** Streams a blob from an offset. Throws `not-found` if the blob is missing or incomplete. */
  read(digest: Digest, offset: number): AsyncIterable<Buffer>;
  /** Returns a verified local file with the blob's content, which stays until released. Throws as `read` and `recheck` do. */
  localFile(digest: Digest): Promise<CachedFile>;
  /**
   * Verifies a blob after a reader received content of another digest. Removes a damaged blob, so that it can be uploaded
   * again, and throws `data-loss`. Throws `not-found` if there is no such blob.
   */
  recheck(digest: Digest): Promise<void>;
  /** Lists all complete and partial blobs, in no particular order. */
  list(): AsyncIterable<StoredBlob>;
  /** Lists the partial blobs. */
  listPartial(): AsyncIterable<StoredBlob>;
  /** Deletes a listed blob. Returns false and deletes nothing if the blob was touched since it was listed. */
  delete(blob: StoredBlob): Promise<boolean>;
}

export interface BlobStoreOptions {
  /** Maximum size of an uploaded blob. */
  readonly maxBlobBytes: number;
  readonly clock: Clock;
  /** Called after a damaged blob was removed. */
  readonly onDamaged: (digest: Digest) => void;
}

export const notFound = (digest: Digest): ParetoError =>
  new ParetoError('not-found', `there is no blob ${digest}: upload it, e.g. with 'pareto register'`);

export const damaged = (digest: Digest, location: string): ParetoError =>
  new ParetoError(
    'data-loss',
    `blob ${digest} at ${location} was damaged and has been removed: register its model or task again to upload it`,
    { paths: [location] },
  );

/** Runs `work` unless an upload of the digest is running in this process. Throws `aborted` if one is. */
export type UploadGate = <T>(digest: Digest, work: () => Promise<T>) => Promise<T>;

export function createUploadGate(): UploadGate {
  const uploading = new Set<Digest>();
  return async (digest, work) => {
    if (uploading.has(digest)) throw busy(digest);
    uploading.add(digest);
    try {
      return await work();
    } finally {
      uploading.delete(digest);
    }
  };
}

/** Returns a function whose concurrent calls for one digest share one run of `work`. */
export function shareByDigest<T>(work: (digest: Digest) => Promise<T>): (digest: Digest) => Promise<T> {
  const running = new Map<Digest, Promise<T>>();
  return (digest) => {
    const run = running.get(digest) ?? work(digest).finally(() => running.delete(digest));
    running.set(digest, run);
    return run;
  };
}

export const busy = (digest: Digest): ParetoError =>
  new ParetoError('aborted', `another upload of ${digest} is in progress: retry later`);

export function checkSize(sizeBytes: number, maxBlobBytes: number): void {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0) {
    throw new ParetoError(
      'invalid-argument',
      `size_bytes is ${sizeBytes}: expected the size of the whole blob in the first message`,
    );
  }
  if (sizeBytes > maxBlobBytes) {
    throw new ParetoError(
      'invalid-argument',
      `the blob has ${sizeBytes} bytes, but the limit is ${maxBlobBytes}: raise it with --max-blob-mebibytes`,
    );
  }
}

/**
 * Yields the data of consecutive chunks after `receivedBytes`. Skips data that was received before, which a sender with an old
 * status sends again. Throws `aborted` if the chunks leave a gap or end before `sizeBytes`.
 */
export async function* inOrder(
  chunks: AsyncIterable<BlobChunk>,
  receivedBytes: number,
  sizeBytes: number,
): AsyncGenerator<Uint8Array> {
  let expected = receivedBytes;
  for await (const { offset, data } of chunks) {
    if (offset > expected) {
      throw new ParetoError(
        'aborted',
        `received data for offset ${offset}, expected ${expected}: call Stat for the offset at which to resume`,
      );
    }
    if (offset + data.byteLength > sizeBytes) {
      throw new ParetoError('invalid-argument', `received more data than the announced ${sizeBytes} bytes`);
    }
    const fresh = data.subarray(expected - offset);
    expected += fresh.byteLength;
    if (fresh.byteLength > 0) yield fresh;
  }
  if (expected === sizeBytes) return;
  throw new ParetoError('aborted', `the upload ended after ${expected} of ${sizeBytes} bytes: resume it from there`);
}
