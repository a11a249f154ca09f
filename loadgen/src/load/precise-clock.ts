// A clock whose sleeps end about .1 ms before or after their time. The timers of Node wait for whole milliseconds.

import { Worker } from 'node:worker_threads';
import { systemClock, type Clock } from '@pareto/core';

/** Waits in a thread, which may block, until the times in shared memory, and sends a message at each. */
const thread = `
const { workerData, parentPort } = require('node:worker_threads');
const { shared, originMs } = workerData;
const sequence = new Int32Array(shared, 0, 1);
const due = new Float64Array(shared, 8, 1);
for (;;) {
  const current = Atomics.load(sequence, 0);
  const left = due[0] - (Number(process.hrtime.bigint()) / 1e6 - originMs);
  if (left > 0) {
    Atomics.wait(sequence, 0, current, left);
    continue;
  }
  parentPort.postMessage(current);
  Atomics.wait(sequence, 0, current);
}`;

/** Returns the origin of `systemClock.now`, which differs between threads: the best of several readings of both clocks. */
function readOriginMs(): number {
  // oxlint-disable-next-line no-restricted-properties -- has the same origin in all threads
  const readings = Array.from({ length: 100 }, () => Number(process.hrtime.bigint()) / 1e6 - systemClock.now());
  return Math.max(...readings);
}

/** Step by which the wake-ups are aimed earlier after a late one, and later after an early one; and the maximum. */
const [aimStepMs, maxAimMs] = [0.004, 0.5];

/**
 * Creates a clock for one sleep at a time, half of which end early. It keeps the process alive until it is disposed.
 * The thread is woken late, and then its message: it aims earlier by the median of the delay, which it learns.
 */
export function createPreciseClock(): Clock & Disposable {
  const shared = new SharedArrayBuffer(16);
  const sequence = new Int32Array(shared, 0, 1);
  const due = new Float64Array(shared, 8, 1);
  due[0] = Infinity;
  const worker = new Worker(thread, { eval: true, workerData: { shared, originMs: readOriginMs() }, execArgv: [] });
  let wake: (() => void) | undefined;
  let dueAt = Infinity;
  let aimMs = 0;
  // A message about a sleep that was aborted may arrive during the next one.
  worker.on('message', (ended: number) => {
    if (ended !== sequence[0] || wake === undefined) return;
    const isLate = systemClock.now() > dueAt;
    aimMs = Math.min(Math.max(aimMs + (isLate ? aimStepMs : -aimStepMs), 0), maxAimMs);
    wake();
  });
  return {
    ...systemClock,
    sleep: (delay, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const abort = (): void => {
          wake = undefined;
          reject(signal?.reason as Error);
        };
        wake = () => {
          wake = undefined;
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        signal?.addEventListener('abort', abort, { once: true });
        dueAt = systemClock.now() + delay;
        due[0] = dueAt - aimMs;
        Atomics.add(sequence, 0, 1);
        Atomics.notify(sequence, 0);
      }),
    [Symbol.dispose]: () => void worker.terminate(),
  };
}
