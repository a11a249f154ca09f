// The loop that renews a lease. It runs in a thread of its own, since renewals from the event loop are late when it is busy.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import type { LeaseTimes } from './lease-times.js';

export interface RenewalOptions {
  readonly ttlMs: number;
  /** Time without a turn of the event loop after which no renewals are sent. */
  readonly maxBlockedMs: number;
  /** Renews the lease once. Returns false if it has ended. */
  readonly keepAlive: () => Promise<boolean>;
  readonly times: LeaseTimes;
  readonly clock: Clock;
}

const retryMs = milliseconds(250);

/** Renews the lease until it expires. Returns false if the store reports its end earlier. */
export async function renewUntilExpired(options: RenewalOptions): Promise<boolean> {
  const { ttlMs, times, clock } = options;
  while (clock.now() < times.get('renewedAt') + ttlMs) {
    const pause = mayRenew(options) ? await renew(options) : retryMs;
    if (pause === undefined) return false;
    await clock.sleep(pause);
  }
  return true;
}

/** Returns whether the event loop has run lately. A process that hangs must lose its leases. */
function mayRenew({ maxBlockedMs, times, clock }: RenewalOptions): boolean {
  const blockedMs = clock.now() - times.get('ranAt');
  times.set('blockedMs', blockedMs > maxBlockedMs ? blockedMs : 0);
  return blockedMs <= maxBlockedMs;
}

/** Renews the lease once. Returns the pause before the next renewal. Undefined if the lease has ended. */
async function renew({ ttlMs, keepAlive, times, clock }: RenewalOptions): Promise<Milliseconds | undefined> {
  const sentAt = clock.now();
  times.set('sentAt', sentAt);
  const alive = await keepAlive().catch(() => 'unknown' as const);
  if (alive === false) return undefined;
  if (alive === 'unknown') return retryMs;
  times.set('renewedAt', sentAt);
  return milliseconds(Math.max(0, sentAt + ttlMs / 3 - clock.now()));
}
