// A clock whose sleeps end within about .1 ms. The timers of Node wait for whole milliseconds.

import { Worker } from 'node:worker_threads';
import { systemClock, type Clock } from '@pareto/core';

/** Waits in a thread, which may block, until the times in shared memory, and sends a message at each. */
const thread = `
const { workerData, parentPort } = require('node:worker_threads');
const sequence = new Int32Array(workerData, 0, 1);
const due = new Float64Array(workerData, 8, 1);
const now = () => Number(process.hrtime.bigint()) / 1e6;
for (;;) {
  const current = Atomics.load(sequence, 0);
  const left = due[0] - now();
  if (left > 0) {
    Atomics.wait(sequence, 0, current, left);
    continue;
  }
  parentPort.postMessage(current);
  Atomics.wait(sequence, 0, current);
}`;

// oxlint-disable-next-line no-restricted-properties -- the origin of `systemClock.now` differs between threads
const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Creates a clock for one sleep at a time, the next of which may start when the last one ended. */
export function createPreciseClock(): Clock & Disposable {
  const shared = new SharedArrayBuffer(16);
  const sequence = new Int32Array(shared, 0, 1);
  const due = new Float64Array(shared, 8, 1);
  due[0] = Infinity;
  const worker = new Worker(thread, { eval: true, workerData: shared });
  worker.unref();
  let sleeping: (() => void) | undefined;
  worker.on('message', (woken: number) => {
    if (woken === sequence[0]) sleeping?.();
  });
  return {
    ...systemClock,
    sleep: (delay, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const end = (): void => {
          sleeping = undefined;
          signal?.removeEventListener('abort', onAbort);
          worker.unref();
        };
        const onAbort = (): void => {
          end();
          reject(signal?.reason as Error);
        };
        sleeping = () => {
          end();
          resolve();
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        worker.ref();
        due[0] = monotonicMs() + delay;
        Atomics.add(sequence, 0, 1);
        Atomics.notify(sequence, 0);
      }),
    [Symbol.dispose]: () => void worker.terminate(),
  };
}
