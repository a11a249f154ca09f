// Blobs for tests: digests of content, and chunks to upload.

import { createHash } from 'node:crypto';
import { digest, type Digest } from '@pareto/core';
import type { BlobChunk } from '../../src/index.js';

export const digestOf = (content: Uint8Array | string): Digest =>
  digest(`sha256:${createHash('sha256').update(content).digest('hex')}`);

export async function* chunks(
  content: Uint8Array,
  from = 0,
  to = content.length,
  size = 1000,
): AsyncGenerator<BlobChunk> {
  for (let offset = from; offset < to; offset += size) {
    yield { offset, data: content.subarray(offset, Math.min(to, offset + size)) };
  }
}

export async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
