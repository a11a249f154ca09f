// Hashes blocks of data, each alone and all together, in a separate thread.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { digest as toDigest, type Digest } from '@pareto/core';

export interface HashThread extends AsyncDisposable {
  /** Returns the sha256 of a block in hexadecimal digits. */
  block(data: Uint8Array): Promise<string>;
  /** Returns the digest of all blocks so far, in order. */
  digest(): Promise<Digest>;
}

/** Source text of the thread: a file would have another path in a build than in the sources. */
const program = `
const { createHash } = require('node:crypto');
const { parentPort } = require('node:worker_threads');
const whole = createHash('sha256');
parentPort.on('message', (block) => {
  if (block === null) return parentPort.postMessage(whole.copy().digest('hex'));
  whole.update(block);
  parentPort.postMessage(createHash('sha256').update(block).digest('hex'));
});
`;

/** Starts a thread. */
export function createHashThread(): HashThread {
  const worker = new Worker(program, { eval: true, execArgv: [] });
  let previous: Promise<unknown> = Promise.resolve();
  const call = (message: Uint8Array | null): Promise<string> => {
    const result = previous.then(async () => {
      worker.postMessage(message);
      const [hex] = (await once(worker, 'message')) as unknown[];
      return String(hex);
    });
    previous = result.catch(() => {});
    return result;
  };
  return {
    block: call,
    digest: async () => toDigest(`sha256:${await call(null)}`),
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
