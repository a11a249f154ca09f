// Tokens for device slots. A batch runs only while it holds a token, so that replicas alternate on cores instead of
// competing for them.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';

export interface SlotTokens {
  /** Acquires a token in FIFO order. Disposing it releases it. Rejects with the signal's reason if it aborts first. */
  acquire(signal?: AbortSignal): Promise<Disposable>;
  /** Number of waiters. */
  readonly waiting: number;
}

export function createSlotTokens(count: number): SlotTokens {
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

/** Maximum time that a run of unknown length may hold a slot. */
export const maxHold: Milliseconds = milliseconds(2_000);

/** Releases a token after `maxHold` if it is not disposed earlier, so that a hanging model does not block the slot. */
export function releaseAfterMaxHold(token: Disposable, clock: Clock): Disposable {
  const timer = clock.after(maxHold, () => token[Symbol.dispose]());
  return {
    [Symbol.dispose]: () => {
      timer[Symbol.dispose]();
      token[Symbol.dispose]();
    },
  };
}
