// Hashes files off the main thread, a few at a time.

import { Worker } from 'node:worker_threads';
import { digest, type Digest } from '@pareto/core';

/** The digest of a file's content. */
export function hashFile(path: string): Promise<Digest> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./hash-worker.js', import.meta.url), { workerData: path });
    worker.once('message', (hex: string) => resolve(digest(`sha256:${hex}`)));
    worker.once('error', reject);
  });
}
