// Describes a local file for upload.

import { createReadStream } from 'node:fs';
import type { Digest } from '@pareto/core';
import type { Upload } from '@pareto/rpc';

export interface LocalFile {
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

const chunkBytes = 1 << 20;

export const uploadOf = (
  { path, digest, sizeBytes }: LocalFile,
  options: Required<Pick<Upload, 'onProgress' | 'signal'>>,
): Upload => ({
  ...options,
  digest,
  sizeBytes,
  read: (start) => createReadStream(path, { start, highWaterMark: chunkBytes }),
});
