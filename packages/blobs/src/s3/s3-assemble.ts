// Makes one object of the chunks of an upload: they are read back and hashed while they go into an upload in parts, which is
// completed only when the digest is the right one. So what has the name is what was verified, whatever the chunks went through.

import { ParetoError, type Digest } from '@pareto/core';
import { createBlockWriter } from './block-writer.js';
import type { Chain } from './chunk-chain.js';
import { createHashThread, type HashThread } from '../digests/hash-thread.js';
import type { Bucket, MultipartUpload } from './s3-bucket.js';

const leastPartBytes = 8 << 20;
/** Of one object, in S3. */
const mostParts = 10_000;

/** Throws `invalid-argument` when the content's digest is another; the object is there, whole, or untouched. */
export async function assemble(bucket: Bucket, chain: Chain, digest: Digest, key: string): Promise<void> {
  await using hash = createHashThread({ whole: true });
  const upload = await bucket.multipart(key);
  try {
    await copyChunks(bucket, chain, hash, upload);
    const actual = await hash.digest();
    if (actual !== digest) {
      throw new ParetoError('invalid-argument', `the content's digest is ${actual}, and not ${digest}: send it again`);
    }
  } catch (error) {
    // One that is left is collected with the chunks.
    await upload.abort().catch(() => {});
    throw error;
  }
  await upload.complete().catch(async (error: unknown) => {
    // The answer may be what got lost.
    if ((await bucket.head(key))?.sizeBytes !== chain.bytes) throw error;
  });
}

async function copyChunks(bucket: Bucket, chain: Chain, hash: HashThread, upload: MultipartUpload): Promise<void> {
  const partBytes = Math.max(leastPartBytes, Math.ceil(chain.bytes / mostParts));
  const write = async (block: Buffer, offset: number): Promise<void> =>
    upload.part(offset / partBytes + 1, block, await hash.block(block));
  const writer = createBlockWriter({ blockBytes: partBytes, atOnce: 3, write });
  for (const { key, from, to } of chain.slices) {
    for await (const data of bucket.read(key, from, to)) await writer.add(data);
  }
  await writer.flush();
}
