// Hashes data that comes in blocks, in a thread of its own.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { digest as toDigest, type Digest } from '@pareto/core';

export interface HashThread extends AsyncDisposable {
  /** A block's sha256 in hexadecimal digits. */
  block(data: Uint8Array): Promise<string>;
  /** Of all blocks so far, in the order in which they came; for a thread that was made for it. */
  digest(): Promise<Digest>;
}

/** Small enough to be the same whether this package runs from its sources or built. */
const program = `
const { createHash } = require('node:crypto');
const { parentPort, workerData } = require('node:worker_threads');
const whole = createHash('sha256');
parentPort.on('message', (block) => {
  if (block === null) return parentPort.postMessage(whole.copy().digest('hex'));
  if (workerData.whole) whole.update(block);
  parentPort.postMessage(createHash('sha256').update(block).digest('hex'));
});
`;

export function createHashThread({ whole }: { readonly whole: boolean }): HashThread {
  const worker = new Worker(program, { eval: true, workerData: { whole }, execArgv: [] });
  let turn: Promise<unknown> = Promise.resolve();
  const ask = (message: Uint8Array | null): Promise<string> => {
    const answer = turn.then(async () => {
      worker.postMessage(message);
      const [hex] = (await once(worker, 'message')) as unknown[];
      return String(hex);
    });
    turn = answer.catch(() => {});
    return answer;
  };
  return {
    block: ask,
    digest: async () => toDigest(`sha256:${await ask(null)}`),
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
