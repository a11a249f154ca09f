// Assembles the chunks of an upload into one object: reads them back, hashes them and copies them into a multipart upload, which
// is completed only if the digest is right. So an object under a blob's name is always verified.

import { ParetoError, type Digest } from '@pareto/core';
import { createBlockWriter } from './block-writer.js';
import type { Chain } from './chunk-chain.js';
import { createHashThread, type HashThread } from '../digests/hash-thread.js';
import type { Bucket, MultipartUpload } from './s3-bucket.js';

const minPartBytes = 8 << 20;
/** Maximum number of parts of an object in S3. */
const maxParts = 10_000;

/** Creates the object. Throws `invalid-argument` and creates nothing if the digest of the content differs. */
export async function assemble(bucket: Bucket, chain: Chain, digest: Digest, key: string): Promise<void> {
  await using hash = createHashThread();
  const upload = await bucket.multipart(key);
  try {
    await copyChunks(bucket, chain, hash, upload);
    const actual = await hash.digest();
    if (actual !== digest) {
      throw new ParetoError(
        'invalid-argument',
        `the content's digest is ${actual}, expected ${digest}: send the content again`,
      );
    }
  } catch (error) {
    // An upload that cannot be aborted now is collected with the chunks.
    await upload.abort().catch(() => {});
    throw error;
  }
  await upload.complete().catch(async (error: unknown) => {
    // Only the response may have been lost.
    if ((await bucket.head(key))?.sizeBytes !== chain.bytes) throw error;
  });
}

async function copyChunks(bucket: Bucket, chain: Chain, hash: HashThread, upload: MultipartUpload): Promise<void> {
  const partBytes = Math.max(minPartBytes, Math.ceil(chain.bytes / maxParts));
  const write = async (block: Buffer, offset: number): Promise<void> =>
    upload.part(offset / partBytes + 1, block, await hash.block(block));
  const writer = createBlockWriter({ blockBytes: Math.min(partBytes, chain.bytes), maxConcurrent: 3, write });
  for (const { key, from, to } of chain.slices) {
    for await (const data of bucket.read(key, from, to)) await writer.add(data);
  }
  await writer.flush();
}
