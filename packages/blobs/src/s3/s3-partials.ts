// What uploads into a bucket have received so far: chunks as objects of their own, which no second writer ever changes, and
// beside them a mark of whoever uploads now. Nothing of it is on the controller.

import { randomUUID } from 'node:crypto';
import type { Clock, Digest } from '@pareto/core';
import { createBlockWriter } from './block-writer.js';
import { busy, type StoredBlob } from '../store/blob-store.js';
import { planChain, type Chain, type StoredChunk } from './chunk-chain.js';
import { createHashThread } from '../digests/hash-thread.js';
import { digestOfHex, hexOf } from '../digests/manifest.js';
import type { Bucket, BucketObject } from './s3-bucket.js';
import { givesWay, startBeats, watchOthers, type Signs } from '../store/upload-claim.js';

const chunkBytes = 8 << 20;

export interface S3Partials {
  chain(digest: Digest): Promise<Chain>;
  /** Marks this as the one that uploads while it works. Throws `aborted` while another does. */
  claimed<T>(digest: Digest, work: () => Promise<T>): Promise<T>;
  /** Stores data that begins at an offset of the whole, up to its end or to where it breaks off. */
  receive(digest: Digest, offset: number, data: AsyncIterable<Uint8Array>): Promise<void>;
  list(): AsyncIterable<StoredBlob>;
  /** Removes all that was touched up to a moment; false, and nothing removed, when anything was since. */
  remove(digest: Digest, touchedWallMs?: number): Promise<boolean>;
}

export function createS3Partials(bucket: Bucket, clock: Clock): S3Partials {
  const objectsOf = (digest: Digest): Promise<readonly BucketObject[]> =>
    collect(bucket.list(`partial/${hexOf(digest)}/`));

  const look = async (digest: Digest, own?: string): Promise<Signs> => {
    const marks = (await objectsOf(digest)).filter(({ key }) => isMark(key) && key !== own);
    return new Map(marks.map(({ key, tag }) => [key, tag]));
  };

  async function claimed<T>(digest: Digest, work: () => Promise<T>): Promise<T> {
    const others = await watchOthers(() => look(digest), clock);
    if (others.kind === 'alive') throw busy(digest);
    for (const key of others.owners) await bucket.remove(key);
    const own = `partial/${hexOf(digest)}/uploader-${randomUUID()}`;
    let beats = 0;
    const beat = (): Promise<void> => bucket.put(own, String(++beats));
    await beat();
    const beating = startBeats(beat, clock);
    try {
      if (givesWay(own, (await look(digest, own)).keys())) throw busy(digest);
      return await work();
    } finally {
      await beating[Symbol.asyncDispose]();
      // One that is left is taken for dead soon.
      await bucket.remove(own).catch(() => {});
    }
  }

  async function receive(digest: Digest, from: number, data: AsyncIterable<Uint8Array>): Promise<void> {
    await using hash = createHashThread({ whole: false });
    const write = async (block: Buffer, offset: number): Promise<void> => {
      const start = from + offset;
      await bucket.put(chunkKey(digest, start, start + block.byteLength), block, await hash.block(block));
    };
    const writer = createBlockWriter({ blockBytes: chunkBytes, atOnce: 3, write });
    try {
      for await (const part of data) await writer.add(part);
    } catch (error) {
      await writer.flush().catch(() => {});
      throw error;
    }
    await writer.flush();
  }

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

const isMark = (key: string): boolean => key.includes('/uploader-');
const digits = (offset: number): string => String(offset).padStart(16, '0');

/** The end is in the name, so that a shorter chunk from the same start never replaces a longer one. */
const chunkKey = (digest: Digest, start: number, end: number): string =>
  `partial/${hexOf(digest)}/${digits(start)}-${digits(end)}`;

function toChunk({ key, sizeBytes }: BucketObject): readonly StoredChunk[] {
  const [, start, end] = /\/(\d{16})-(\d{16})$/.exec(key) ?? [];
  const chunk = { key, start: Number(start), end: Number(end) };
  return chunk.end - chunk.start === sizeBytes ? [chunk] : [];
}
