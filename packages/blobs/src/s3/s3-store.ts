// A blob store in an S3 bucket. The controller keeps only a cache of the blobs that it needed as local files.

import { randomUUID } from 'node:crypto';
import { ParetoError, type Digest } from '@pareto/core';
import { createBlobCache } from '../cache/blob-cache.js';
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
import type { FetchOptions } from '../cache/fetch-blob.js';
import { createHashThread } from '../digests/hash-thread.js';
import { checkDigest, digestOfHex, hexOf } from '../digests/manifest.js';
import { assemble } from './s3-assemble.js';
import { openBucket, type Bucket, type BucketObject } from './s3-bucket.js';
import { createS3Partials, type S3Partials } from './s3-partials.js';

export interface S3BlobStoreOptions extends BlobStoreOptions {
  /** URL of S3-compatible storage other than AWS. */
  readonly endpoint: string | undefined;
  /** Folder for blobs that are needed as local files. */
  readonly cacheFolder: string;
  readonly cacheBytes: number;
}

/**
 * Opens `s3://bucket/prefix`. Throws `failed-precondition` if there is no such bucket or access is denied, and `unavailable` if
 * the server can't be reached.
 */
export async function openS3BlobStore(url: string, options: S3BlobStoreOptions): Promise<BlobStore> {
  const { maxBlobBytes, clock, onDamaged, endpoint, cacheFolder, cacheBytes } = options;
  const bucket = await openBucket({ ...parseS3Url(url), endpoint });
  const locationId = await noteOnce(bucket, 'place', randomUUID());
  const partials = createS3Partials(bucket, clock);
  const gate = createUploadGate();

  async function find(digest: Digest): Promise<BucketObject> {
    const found = await bucket.head(blobKey(checkDigest(digest)));
    if (found === undefined) throw notFound(digest);
    return found;
  }
  const recheck = shareByDigest(async (digest) => {
    const { tag } = await find(digest);
    if ((await digestOf(read(digest, 0))) === digest) return;
    // Keep the object if it was replaced meanwhile.
    if ((await bucket.head(blobKey(digest)))?.tag === tag) await bucket.remove(blobKey(digest));
    onDamaged(digest);
    throw damaged(digest, bucket.location);
  });
  async function* read(digest: Digest, offset: number): AsyncGenerator<Buffer> {
    checkDigest(digest);
    try {
      yield* bucket.read(blobKey(digest), offset);
    } catch (error) {
      throw error instanceof ParetoError && error.code === 'not-found' ? notFound(digest) : error;
    }
  }
  async function* fetch(
    digest: Digest,
    offset: number,
    { recheck: mustRecheck }: FetchOptions,
  ): AsyncGenerator<Buffer> {
    if (mustRecheck) await recheck(digest);
    yield* read(digest, offset);
  }
  const cache = await createBlobCache(cacheFolder, { maxBytes: cacheBytes, fetch, clock });

  return {
    location: bucket.location,
    locationId,
    noteOnce: (name, text) => noteOnce(bucket, name, text),
    read,
    recheck,
    async status(digest) {
      const found = await bucket.head(blobKey(checkDigest(digest)));
      if (found === undefined) return { complete: false, receivedBytes: (await partials.chain(digest)).bytes };
      // An object can't be touched without writing it again, so a tiny object next to it is written instead.
      await bucket.put(touchKey(digest), '.').catch(() => {});
      return { complete: true, receivedBytes: found.sizeBytes };
    },
    async upload(digest, sizeBytes, chunks) {
      checkDigest(digest);
      checkSize(sizeBytes, maxBlobBytes);
      if ((await bucket.head(blobKey(digest))) !== undefined) return;
      await gate(digest, () =>
        partials.claimed(digest, () => receive({ bucket, partials }, { digest, sizeBytes, chunks })),
      );
    },
    async localFile(digest) {
      const { sizeBytes } = await find(digest);
      return cache.open(digest, undefined, sizeBytes);
    },
    async *list() {
      yield* wholeBlobs(bucket);
      yield* partials.list();
    },
    listPartial: () => partials.list(),
    async delete(blob) {
      const { digest, partial, touchedWallMs } = blob;
      if (partial) return partials.remove(digest, touchedWallMs);
      const times = await Promise.all([blobKey(digest), touchKey(digest)].map((key) => bucket.head(key)));
      if (times.some((found) => found !== undefined && found.modifiedWallMs > touchedWallMs)) return false;
      await bucket.remove(blobKey(digest));
      await bucket.remove(touchKey(digest));
      return true;
    },
  };
}

const blobKey = (digest: Digest): string => `sha256/${hexOf(digest)}`;
const touchKey = (digest: Digest): string => `touched/${hexOf(digest)}`;

function parseS3Url(url: string): { readonly name: string; readonly prefix: string } {
  const [, name, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,62})(?:\/(.*?))?\/*$/.exec(url) ?? [];
  if (name !== undefined) return { name, prefix: path === '' ? '' : `${path}/` };
  throw new ParetoError('invalid-argument', `${url} is not an S3 location: expected s3://bucket or s3://bucket/prefix`);
}

/** Writes a note once and reads it back, since some servers ignore the condition `If-None-Match`. */
async function noteOnce(bucket: Bucket, key: string, text: string): Promise<string> {
  const known = await readText(bucket, key);
  if (known !== undefined) return known;
  await bucket.putNew(key, text);
  return (await readText(bucket, key)) ?? text;
}

async function readText(bucket: Bucket, key: string): Promise<string | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const data of bucket.read(key, 0)) parts.push(data);
  } catch (error) {
    if (error instanceof ParetoError && error.code === 'not-found') return undefined;
    throw error;
  }
  return Buffer.concat(parts).toString('utf8').trim();
}

async function digestOf(content: AsyncIterable<Buffer>): Promise<Digest> {
  await using hash = createHashThread();
  for await (const data of content) await hash.block(data);
  return await hash.digest();
}

interface Upload {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly chunks: AsyncIterable<BlobChunk>;
}

async function receive(
  { bucket, partials }: { readonly bucket: Bucket; readonly partials: S3Partials },
  { digest, sizeBytes, chunks }: Upload,
): Promise<void> {
  const { bytes } = await partials.chain(digest);
  // Data of an upload with a larger announced size is not a prefix of this blob.
  if (bytes > sizeBytes) await partials.remove(digest);
  const offset = bytes > sizeBytes ? 0 : bytes;
  await partials.receive(digest, { from: offset, to: sizeBytes }, inOrder(chunks, offset, sizeBytes));
  await assemble(bucket, await partials.chain(digest), digest, blobKey(digest)).catch(async (error: unknown) => {
    // Another upload that was treated as dead may have finished meanwhile and removed the chunks.
    if ((await bucket.head(blobKey(digest)))?.sizeBytes === sizeBytes) return;
    if (error instanceof ParetoError && error.code === 'invalid-argument') await partials.remove(digest);
    throw error;
  });
  await partials.remove(digest).catch(() => {});
}

async function* wholeBlobs(bucket: Bucket): AsyncGenerator<StoredBlob> {
  const touched = new Map<string, number>();
  for await (const { key, modifiedWallMs } of bucket.list('touched/'))
    touched.set(key.split('/')[1] ?? '', modifiedWallMs);
  for await (const { key, sizeBytes, modifiedWallMs } of bucket.list('sha256/')) {
    const hex = key.slice('sha256/'.length);
    const digest = digestOfHex(hex);
    const touchedWallMs = Math.max(modifiedWallMs, touched.get(hex) ?? 0);
    if (digest !== undefined) yield { digest, partial: false, sizeBytes, touchedWallMs };
  }
}
