// Hashes files off the main thread: small ones in the thread pool of the process, others in a thread each.

import { webcrypto } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
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

/** Largest file that is read as a whole. A thread takes 30 ms to start, and tens of megabytes. */
const maxWholeBytes = 2 ** 20;
/** Runs work of one kind, of which only some is done at a time. The rest waits for its turn. */
function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => void waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** Small files do not wait for large ones. */
const [wholeTurns, threadTurns] = [createTurns(8), createTurns(Math.max(2, availableParallelism()))];

/** Returns the digest of a file's content. */
export async function hashFile(path: string): Promise<Digest> {
  const { size } = await stat(path);
  const isSmall = size <= maxWholeBytes;
  return digest(
    `sha256:${await (isSmall ? wholeTurns(() => hashWhole(path)) : threadTurns(() => hashInThread(path)))}`,
  );
}

const hashWhole = async (path: string): Promise<string> => sha256Of(await readFile(path));

/** Returns the sha256 of data in hexadecimal digits. The thread pool of the process computes it. */
export async function sha256Of(data: Uint8Array): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', data)).toString('hex');
}

function hashInThread(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { eval: true, workerData: path, execArgv: [] });
    worker.once('message', resolve);
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
