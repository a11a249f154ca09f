// Tokens in the order in which they are requested.

import type { SlotTokens } from './slot-tokens.js';

export function createFifoTokens(count: number): SlotTokens {
  let free = count;
  const queue: (() => void)[] = [];
  const release = (): void => {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const token = (): Disposable => {
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) release();
        held = false;
      },
    };
  };
  return {
    acquire(signal) {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(token());
      }
      return new Promise((resolve, reject) => {
        const granted = (): void => {
          signal?.removeEventListener('abort', onAbort);
          resolve(token());
        };
        const onAbort = (): void => {
          const index = queue.indexOf(granted);
          if (index >= 0) queue.splice(index, 1);
          reject(signal?.reason as Error);
        };
        queue.push(granted);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
    get waiting() {
      return queue.length;
    },
  };
}
