// A clock that wakes an open loop about .1 ms before or after each of its times. The timers of Node wait for whole milliseconds.

import { Worker } from 'node:worker_threads';
import { systemClock, type Clock } from '@pareto/core';
import type { WakeAt } from './load-clock.js';

/** Positions in the shared numbers: times that are due, times that were reported as due, and whether a message is on the way. */
const [dueAt, reportedAt, pendingAt] = [0, 1, 2];
/** Positions in the shared memory: the numbers, the time by which the thread aims earlier, and the schedule. */
const [aimOffset, timesOffset] = [16, 24];

/**
 * Waits in a thread, which may block, until each time of the schedule that the loop has not reached yet, and sends a message
 * unless one is on the way. The whole schedule is in shared memory, so that the loop need not wake the thread.
 */
const thread = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ shared, originMs }) => {
  const numbers = new Int32Array(shared, 0, 4);
  const aimMs = new Float64Array(shared, ${aimOffset}, 1);
  const times = new Float64Array(shared, ${timesOffset});
  for (let next = 0; next < times.length; next = Math.max(next, Atomics.load(numbers, ${reportedAt}))) {
    const left = times[next] - aimMs[0] - (Number(process.hrtime.bigint()) / 1e6 - originMs);
    if (left > 0) {
      Atomics.wait(numbers, 3, 0, left);
      continue;
    }
    Atomics.store(numbers, ${dueAt}, ++next);
    if (Atomics.exchange(numbers, ${pendingAt}, 1) === 0) parentPort.postMessage(undefined);
  }
});`;

/** Returns the origin of `systemClock.now`, which differs between threads: the best of several readings of both clocks. */
function readOriginMs(): number {
  // oxlint-disable-next-line no-restricted-properties -- has the same origin in all threads
  const readings = Array.from({ length: 100 }, () => Number(process.hrtime.bigint()) / 1e6 - systemClock.now());
  return Math.max(...readings);
}

/** Step by which the wake-ups are aimed earlier after a late one, and later after an early one; and the maximum. */
const [aimStepMs, maxAimMs] = [0.004, 0.5];

/**
 * Creates a clock for one schedule. Half of the times are reported early. It keeps the process alive until it is disposed.
 * The thread is woken late, and then its message: it aims earlier by the median of the delay, which the clock learns.
 */
export function createPreciseClock(): Clock & Disposable & { readonly wakeAt: WakeAt } {
  const worker = new Worker(thread, { eval: true, execArgv: [] });
  return {
    ...systemClock,
    wakeAt: (given, onDue, signal) =>
      new Promise((resolve, reject) => {
        if (given.length === 0 || signal?.aborted === true) return resolve();
        const shared = new SharedArrayBuffer(timesOffset + given.byteLength);
        const numbers = new Int32Array(shared, 0, 4);
        const sharedAim = new Float64Array(shared, aimOffset, 1);
        const times = new Float64Array(shared, timesOffset);
        times.set(given);
        let aimMs = 0;
        let reported = 0;
        const end = (): void => {
          worker.off('message', onMessage);
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const onMessage = (): void => {
          Atomics.store(numbers, pendingAt, 0);
          const now = systemClock.now();
          let due = Math.max(reported, Atomics.load(numbers, dueAt));
          while ((times[due] ?? Infinity) - aimMs <= now) due++;
          if (due === reported) return;
          const isLate = now > (times[reported] ?? Infinity);
          aimMs = Math.min(Math.max(aimMs + (isLate ? aimStepMs : -aimStepMs), 0), maxAimMs);
          sharedAim[0] = aimMs;
          reported = due;
          Atomics.store(numbers, reportedAt, due);
          try {
            onDue(due);
          } catch (thrown) {
            const error = thrown as Error;
            reject(error);
            end();
          }
          if (due === times.length) end();
        };
        worker.on('message', onMessage);
        signal?.addEventListener('abort', end, { once: true });
        worker.postMessage({ shared, originMs: readOriginMs() });
      }),
    [Symbol.dispose]: () => void worker.terminate(),
  };
}
