// Hashes files off the main thread.

import { Worker } from 'node:worker_threads';
import { digest, ParetoError, type Digest } from '@pareto/core';

/** Source text of the thread: a file would have another path in a build than in the sources. */
const program = `
const { createHash } = require('node:crypto');
const { createReadStream } = require('node:fs');
const { pipeline } = require('node:stream/promises');
const { parentPort, workerData } = require('node:worker_threads');
const hash = createHash('sha256');
pipeline(createReadStream(workerData, { highWaterMark: 1 << 20 }), hash)
  .then(() => parentPort.postMessage(hash.digest('hex')));
`;

/** Returns the digest of a file's content. */
export function hashFile(path: string): Promise<Digest> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { eval: true, workerData: path, execArgv: [] });
    worker.once('message', (hex: string) => resolve(digest(`sha256:${hex}`)));
    worker.once('error', reject);
    worker.once('exit', () =>
      reject(
        new ParetoError('internal', `${path} could not be hashed: the hashing thread stopped without a result`, {
          paths: [path],
        }),
      ),
    );
  });
}
