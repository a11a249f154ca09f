// Tokens for device slots: a batch runs only while it holds one, so that replicas share cores instead of fighting for them.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';

export interface SlotTokens {
  /** First come, first served. Disposing gives the token back, once. Rejects with the signal's reason when it aborts first. */
  acquire(signal?: AbortSignal): Promise<Disposable>;
  /** How many wait now. */
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

/** A run of unknown length keeps others off a slot no longer than this. */
export const maxHold: Milliseconds = milliseconds(2_000);

/** For runs of unknown length: the token goes back by itself after 2 s, so that a model that hangs keeps no other off the core. */
export function releaseAfterMaxHold(token: Disposable, clock: Clock): Disposable {
  const timer = clock.after(maxHold, () => token[Symbol.dispose]());
  return {
    [Symbol.dispose]: () => {
      timer[Symbol.dispose]();
      token[Symbol.dispose]();
    },
  };
}
