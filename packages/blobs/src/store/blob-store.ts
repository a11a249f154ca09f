// Content-addressed files that several controllers share: what every store of them promises.

import { ParetoError, type Clock, type Digest } from '@pareto/core';
import type { CachedFile } from '../cache/blob-cache.js';

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

/** A blob, or what uploads of it that did not come to their end left behind. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly partial: boolean;
  readonly sizeBytes: number;
  /** When it was last written, or asked for by `status`. Milliseconds since the Unix epoch. */
  readonly touchedWallMs: number;
}

/** Any number of processes may have the same place open. */
export interface BlobStore {
  /** Where it is, for people. */
  readonly location: string;
  /** Of the place and nothing else: whoever opens the same place reads the same. */
  readonly locationId: string;
  /** Keeps a note about the place under a name, unless there is one; resolves with the one that is there. */
  noteOnce(name: 'collector', text: string): Promise<string>;
  /** A blob that is complete counts as touched now. */
  status(digest: Digest): Promise<BlobStatus>;
  /**
   * Takes chunks, the first at `receivedBytes` or before, until there are `sizeBytes`. When it resolves the blob is whole, verified and
   * durable. An upload that breaks off keeps what it had, for whoever goes on with it. A blob that is there already swallows
   * what comes. Throws `aborted` while another uploads the same, and when it broke off.
   */
  upload(digest: Digest, sizeBytes: number, chunks: AsyncIterable<BlobChunk>): Promise<void>;
  /** Throws `not-found` unless the blob is whole. */
  read(digest: Digest, offset: number): AsyncIterable<Buffer>;
  /** A local file with the blob's content, verified, there until it is released. Throws as `read` and `recheck` do. */
  localFile(digest: Digest): Promise<CachedFile>;
  /**
   * For a reader whom other content came to: reads the blob, and removes it when it is damaged, so that it can be uploaded
   * anew. Throws `data-loss` then, and `not-found` when there is none.
   */
  recheck(digest: Digest): Promise<void>;
  /** Everything that is in the place, in no order. */
  list(): AsyncIterable<StoredBlob>;
  /** Removes what was listed, for good. False, and nothing removed, when it was touched since. */
  delete(blob: StoredBlob): Promise<boolean>;
}

export interface BlobStoreOptions {
  /** No larger blob is taken. */
  readonly maxBlobBytes: number;
  readonly clock: Clock;
  /** Told of every blob that was found damaged, and removed. */
  readonly onDamaged: (digest: Digest) => void;
}

export const notFound = (digest: Digest): ParetoError =>
  new ParetoError('not-found', `there is no blob ${digest}: upload it, as 'pareto register' does`);

export const damaged = (digest: Digest, location: string): ParetoError =>
  new ParetoError(
    'data-loss',
    `blob ${digest} was damaged at ${location} and is removed: register its model or task again, which uploads it anew`,
  );

/** Lets one upload of a digest at a time through. */
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

/** Whoever asks for a digest while it is worked on shares the work. */
export function shareByDigest<T>(work: (digest: Digest) => Promise<T>): (digest: Digest) => Promise<T> {
  const running = new Map<Digest, Promise<T>>();
  return (digest) => {
    const run = running.get(digest) ?? work(digest).finally(() => running.delete(digest));
    running.set(digest, run);
    return run;
  };
}

export const busy = (digest: Digest): ParetoError =>
  new ParetoError('aborted', `${digest} is being uploaded by another: try again later`);

export function checkSize(sizeBytes: number, maxBlobBytes: number): void {
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

/**
 * What chunks that follow one another bring beyond `receivedBytes`: more may have come than their sender was told of. Throws
 * `aborted` when they leave a gap, or end before `sizeBytes`.
 */
export async function* inOrder(
  chunks: AsyncIterable<BlobChunk>,
  receivedBytes: number,
  sizeBytes: number,
): AsyncGenerator<Uint8Array> {
  let expected = receivedBytes;
  for await (const { offset, data } of chunks) {
    if (offset > expected) {
      throw new ParetoError('aborted', `data came for offset ${offset}, expected ${expected}: ask Stat where to go on`);
    }
    if (offset + data.byteLength > sizeBytes) {
      throw new ParetoError('invalid-argument', `more data came than the ${sizeBytes} bytes that were announced`);
    }
    const fresh = data.subarray(expected - offset);
    expected += fresh.byteLength;
    if (fresh.byteLength > 0) yield fresh;
  }
  if (expected === sizeBytes) return;
  throw new ParetoError('aborted', `the upload ended at ${expected} of ${sizeBytes} bytes: go on from there`);
}
