// Tokens for device slots. A batch runs only while it holds a token, so that replicas alternate on cores instead of
// competing for them.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';

export interface SlotTokens {
  /** Acquires a token. Disposing it releases it. Rejects with the signal's reason if it aborts first. */
  acquire(signal?: AbortSignal): Promise<Disposable>;
  /** Number of waiters. */
  readonly waiting: number;
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
