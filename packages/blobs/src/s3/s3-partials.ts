// The unfinished uploads of a bucket: chunks as separate objects, each written once, and a marker object for each running upload.
// The controller keeps none of this state.

import { randomUUID } from 'node:crypto';
import type { Clock, Digest } from '@pareto/core';
import { createBlockWriter } from './block-writer.js';
import { busy, type StoredBlob } from '../store/blob-store.js';
import { planChain, type Chain, type StoredChunk } from './chunk-chain.js';
import { sha256Of } from '../digests/hash-file.js';
import { digestOfHex, hexOf } from '../digests/manifest.js';
import type { Bucket, BucketObject } from './s3-bucket.js';
import { yieldsTo, startHeartbeat, watchOtherUploads, type Heartbeats } from '../store/upload-claim.js';

const chunkBytes = 8 << 20;

export interface S3Partials {
  chain(digest: Digest): Promise<Chain>;
  /** Runs `work` as the only upload of the blob. Throws `aborted` while another upload runs. */
  claimed<T>(digest: Digest, work: () => Promise<T>): Promise<T>;
  /** Stores the data of a range of the blob as chunks. Keeps the received part if the data breaks off. */
  receive(
    digest: Digest,
    range: { readonly from: number; readonly to: number },
    data: AsyncIterable<Uint8Array>,
  ): Promise<void>;
  list(): AsyncIterable<StoredBlob>;
  /** Removes all remains of the blob's uploads. Returns false and removes nothing if any is newer than `touchedWallMs`. */
  remove(digest: Digest, touchedWallMs?: number): Promise<boolean>;
}

export function createS3Partials(bucket: Bucket, clock: Clock): S3Partials {
  const objectsOf = (digest: Digest): Promise<readonly BucketObject[]> =>
    collect(bucket.list(`partial/${hexOf(digest)}/`));

  const readHeartbeats = async (digest: Digest, own?: string): Promise<Heartbeats> => {
    const markers = (await objectsOf(digest)).filter(({ key }) => isMarker(key) && key !== own);
    return new Map(markers.map(({ key, tag }) => [key, tag]));
  };

  async function claimed<T>(digest: Digest, work: () => Promise<T>): Promise<T> {
    const others = await watchOtherUploads(() => readHeartbeats(digest), clock);
    if (others.kind === 'alive') throw busy(digest);
    for (const key of others.owners) await bucket.remove(key);
    const own = `partial/${hexOf(digest)}/uploader-${randomUUID()}`;
    let beats = 0;
    const beat = (): Promise<void> => bucket.put(own, String(++beats));
    await beat();
    const heartbeat = startHeartbeat(beat, clock);
    try {
      if (yieldsTo(own, (await readHeartbeats(digest, own)).keys())) throw busy(digest);
      return await work();
    } finally {
      await heartbeat[Symbol.asyncDispose]();
      // A marker that remains is treated as dead after 10 s.
      await bucket.remove(own).catch(() => {});
    }
  }

  const receive: S3Partials['receive'] = async (digest, { from, to }, data) => {
    const write = async (block: Buffer, offset: number): Promise<void> => {
      const start = from + offset;
      await bucket.put(chunkKey(digest, start, start + block.byteLength), block, await sha256Of(block));
    };
    const writer = createBlockWriter({ blockBytes: Math.min(chunkBytes, to - from), maxConcurrent: 3, write });
    try {
      for await (const part of data) await writer.add(part);
    } catch (error) {
      await writer.flush().catch(() => {});
      throw error;
    }
    await writer.flush();
  };

  async function* list(): AsyncGenerator<StoredBlob> {
    const found = new Map<Digest, StoredBlob>();
    const add = (hex: string | undefined, sizeBytes: number, touchedWallMs: number): void => {
      const digest = digestOfHex(hex ?? '');
      if (digest === undefined) return;
      const known = found.get(digest) ?? { sizeBytes: 0, touchedWallMs: 0 };
      found.set(digest, {
        digest,
        partial: true,
        sizeBytes: known.sizeBytes + sizeBytes,
        touchedWallMs: Math.max(known.touchedWallMs, touchedWallMs),
      });
    };
    for await (const { key, sizeBytes, modifiedWallMs } of bucket.list('partial/'))
      add(key.split('/')[1], sizeBytes, modifiedWallMs);
    for await (const { key, startedWallMs } of bucket.unfinished('sha256/')) add(key.split('/')[1], 0, startedWallMs);
    yield* found.values();
  }

  async function remove(digest: Digest, touchedWallMs = Infinity): Promise<boolean> {
    const objects = await objectsOf(digest);
    const unfinished = await collect(bucket.unfinished(`sha256/${hexOf(digest)}`));
    const times = [
      ...objects.map((object) => object.modifiedWallMs),
      ...unfinished.map((upload) => upload.startedWallMs),
    ];
    if (times.some((time) => time > touchedWallMs)) return false;
    for (const { key } of objects) await bucket.remove(key);
    for (const upload of unfinished) await bucket.abort(upload);
    return true;
  }

  return {
    chain: async (digest) => planChain((await objectsOf(digest)).flatMap(toChunk)),
    claimed,
    receive,
    list,
    remove,
  };
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const isMarker = (key: string): boolean => key.includes('/uploader-');
const digits = (offset: number): string => String(offset).padStart(16, '0');

/** Returns the key of a chunk. It includes the end, so that a shorter chunk never replaces a longer one. */
const chunkKey = (digest: Digest, start: number, end: number): string =>
  `partial/${hexOf(digest)}/${digits(start)}-${digits(end)}`;

function toChunk({ key, sizeBytes }: BucketObject): readonly StoredChunk[] {
  const [, start, end] = /\/(\d{16})-(\d{16})$/.exec(key) ?? [];
  const chunk = { key, start: Number(start), end: Number(end) };
  return chunk.end - chunk.start === sizeBytes ? [chunk] : [];
}
