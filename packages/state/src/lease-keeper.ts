// Keeps a lease alive, and tells in time when it is lost.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { Lease } from './store.js';

export interface LeaseKeeper {
  /** Aborts when the lease has ended, or may have: never later than it does. */
  readonly lost: AbortSignal;
  /** Keeps it no longer. */
  stop(): void;
}

const retryMs = milliseconds(250);

/** `grantSentAt` is when the lease was asked for: from a request's sending on, and no later, its answer is relied upon. */
export function keepLease(lease: Lease, grantSentAt: Milliseconds, clock: Clock): LeaseKeeper {
  const lost = new AbortController();
  const stopped = new AbortController();
  let deadline: Disposable | undefined;
  const isStopped = (): boolean => stopped.signal.aborted;
  const lose = (): void => {
    stopped.abort();
    deadline?.[Symbol.dispose]();
    lost.abort(new ParetoError('aborted', 'the lease of the leadership ended'));
  };
  /** An answer that comes after the end it promises, as after a pause of this process, promises nothing. */
  const heldSince = (sentAt: Milliseconds): void => {
    deadline?.[Symbol.dispose]();
    const left = sentAt + lease.ttlMs - clock.now();
    if (left <= 0) lose();
    else deadline = clock.after(milliseconds(left), lose);
  };
  /** Returns when to try again. */
  const refresh = async (): Promise<Milliseconds> => {
    const sentAt = clock.now();
    const alive = await lease.keepAlive().catch(() => undefined);
    if (isStopped()) return retryMs;
    if (alive === false) lose();
    if (alive === true) heldSince(sentAt);
    return alive === true ? milliseconds(Math.max(0, sentAt + lease.ttlMs / 3 - clock.now())) : retryMs;
  };
  const keep = async (): Promise<void> => {
    let pause = milliseconds(lease.ttlMs / 3);
    while (!isStopped()) {
      await clock.sleep(pause, stopped.signal).catch(() => undefined);
      if (!isStopped()) pause = await refresh();
    }
  };
  heldSince(grantSentAt);
  void keep();
  return {
    lost: lost.signal,
    stop() {
      stopped.abort();
      deadline?.[Symbol.dispose]();
    },
  };
}
