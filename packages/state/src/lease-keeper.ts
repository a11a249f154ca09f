// Keeps a lease alive, and signals its loss no later than it expires.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { Lease } from './store.js';

export interface LeaseKeeper {
  /** Signal that aborts when the lease expires or may have expired, never later. */
  readonly lost: AbortSignal;
  /** Stops the keep-alives. */
  stop(): void;
}

const retryMs = milliseconds(250);

/** Keeps a lease alive. `grantSentAt` is when the grant was sent: the time to live counts from the request, not from the response. */
export function keepLease(lease: Lease, grantSentAt: Milliseconds, clock: Clock): LeaseKeeper {
  const lost = new AbortController();
  const stopped = new AbortController();
  let deadline: Disposable | undefined;
  const isStopped = (): boolean => stopped.signal.aborted;
  const lose = (): void => {
    stopped.abort();
    deadline?.[Symbol.dispose]();
    lost.abort(new ParetoError('aborted', 'the lease of the leadership has expired'));
  };
  /** Sets the expiry. A response that arrives after it, e.g. because this process was paused, means that the lease is lost. */
  const renewedAt = (sentAt: Milliseconds): void => {
    deadline?.[Symbol.dispose]();
    const left = sentAt + lease.ttlMs - clock.now();
    if (left <= 0) lose();
    else deadline = clock.after(milliseconds(left), lose);
  };
  /** Sends one keep-alive. Returns the pause before the next one. */
  const refresh = async (): Promise<Milliseconds> => {
    const sentAt = clock.now();
    const alive = await lease.keepAlive().catch(() => undefined);
    if (isStopped()) return retryMs;
    if (alive === false) lose();
    if (alive === true) renewedAt(sentAt);
    return alive === true ? milliseconds(Math.max(0, sentAt + lease.ttlMs / 3 - clock.now())) : retryMs;
  };
  const keep = async (): Promise<void> => {
    let pause = milliseconds(lease.ttlMs / 3);
    while (!isStopped()) {
      await clock.sleep(pause, stopped.signal).catch(() => undefined);
      if (!isStopped()) pause = await refresh();
    }
  };
  renewedAt(grantSentAt);
  void keep();
  return {
    lost: lost.signal,
    stop() {
      stopped.abort();
      deadline?.[Symbol.dispose]();
    },
  };
}
