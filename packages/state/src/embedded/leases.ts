// Leases of the embedded store. Only the process that has the store open can hold leases, so they are kept in memory.
// The leases of an earlier process end when the store opens.

import { randomUUID } from 'node:crypto';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { Lease } from '../store.js';

export interface Leases extends Disposable {
  grant(ttlMs: number): Lease;
  /** Throws `not-found` if the lease has expired. */
  check(id: string): void;
}

/** Creates the leases. `end` deletes the keys of a lease. */
export function createLeases(clock: Clock, end: (id: string) => Promise<void>): Leases {
  const timers = new Map<string, Disposable>();
  const drop = (id: string): boolean => {
    timers.get(id)?.[Symbol.dispose]();
    return timers.delete(id);
  };
  const expire = (id: string): void => {
    drop(id);
    void end(id).catch(() => undefined); // The keys are deleted when the store opens next, at the latest.
  };
  const start = (id: string, ttlMs: number): void => {
    timers.get(id)?.[Symbol.dispose]();
    timers.set(
      id,
      clock.after(milliseconds(ttlMs), () => expire(id)),
    );
  };
  return {
    grant(requestedMs) {
      const id = randomUUID();
      const ttlMs = Math.ceil(requestedMs / 1000) * 1000;
      start(id, ttlMs);
      return {
        id,
        ttlMs,
        keepAlive() {
          const alive = timers.has(id);
          if (alive) start(id, ttlMs);
          return Promise.resolve(alive);
        },
        async revoke() {
          if (drop(id)) await end(id);
        },
      };
    },
    check(id) {
      if (!timers.has(id)) throw new ParetoError('not-found', `lease ${id} has expired: grant a new one`);
    },
    [Symbol.dispose]() {
      for (const id of [...timers.keys()]) drop(id);
    },
  };
}
