// The loss of a lease that a thread renews, as the event loop notices it: no later than the lease expires.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { KeptLease } from '../store.js';
import type { LeaseTimes } from './lease-times.js';

export interface LeaseExpiry extends KeptLease {
  /** Aborts `lost` with a cause, or with the cause of the expiry if the lease has expired. */
  readonly lose: (cause: string) => void;
}

/** Watches the expiry of a lease. After a block of the event loop, its timer is late, but the shared times are current. */
export function watchExpiry(times: LeaseTimes, ttlMs: number, clock: Clock): LeaseExpiry {
  const lost = new AbortController();
  let timer: Disposable | undefined;
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    timer?.[Symbol.dispose]();
  };
  const end = (cause: string): void => {
    stop();
    lost.abort(new ParetoError('aborted', cause));
  };
  const leftMs = (): number => times.get('renewedAt') + ttlMs - clock.now();
  const isHeld = (): boolean => {
    if (!isStopped && leftMs() <= 0) end(causeOfExpiry(times, clock));
    return !isStopped;
  };
  const wait = (): void => {
    if (isHeld()) timer = clock.after(milliseconds(Math.max(0, leftMs())), wait);
  };
  wait();
  return {
    lost: lost.signal,
    isHeld,
    stop,
    lose(cause) {
      if (isHeld()) end(cause);
    },
  };
}

function causeOfExpiry(times: LeaseTimes, clock: Clock): string {
  const renewedMs = Math.round(clock.now() - times.get('renewedAt'));
  const blockedMs = times.get('blockedMs');
  if (blockedMs > 0) {
    return `the lease expired: it was not renewed, because the event loop of this process was blocked for ${blockedMs} ms`;
  }
  return times.get('sentAt') > times.get('renewedAt')
    ? `the lease expired: the store was unreachable for ${renewedMs} ms`
    : `the lease expired: this process was paused, or got no CPU time, for ${renewedMs} ms`;
}
