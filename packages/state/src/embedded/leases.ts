// Leases of the embedded store. Only the process that has the store open can hold leases, so they are in memory, and those that
// are kept do not expire: no other process could take over. The leases of an earlier process end when the store opens.

import { randomUUID } from 'node:crypto';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { KeptLease, Lease } from '../store.js';

export interface Leases extends Disposable {
  grant(ttlMs: number): Lease;
  /** Throws `not-found` if the lease has expired. */
  check(id: string): void;
}

/** Creates the leases. `end` deletes the keys of a lease. */
export function createLeases(clock: Clock, end: (id: string) => Promise<void>): Leases {
  /** Timers of the leases by id and, for those that are kept, what aborts their signal. */
  const active = new Map<string, Disposable>();
  const drop = (id: string): boolean => {
    active.get(id)?.[Symbol.dispose]();
    return active.delete(id);
  };
  const expire = (id: string): void => {
    drop(id);
    void end(id).catch(() => undefined); // The keys are deleted when the store opens next, at the latest.
  };
  const start = (id: string, ttlMs: number): void => {
    active.get(id)?.[Symbol.dispose]();
    active.set(
      id,
      clock.after(milliseconds(ttlMs), () => expire(id)),
    );
  };
  const keep = (id: string, ttlMs: number): KeptLease => {
    const lost = new AbortController();
    const keeper = {
      [Symbol.dispose]: () => lost.abort(new ParetoError('aborted', 'the lease has ended, or the store was closed')),
    };
    const isHeld = (): boolean => active.get(id) === keeper;
    if (drop(id)) active.set(id, keeper);
    else keeper[Symbol.dispose]();
    return {
      lost: lost.signal,
      isHeld,
      stop() {
        if (!isHeld()) return;
        active.delete(id);
        start(id, ttlMs);
      },
    };
  };
  return {
    grant(requestedMs) {
      const id = randomUUID();
      const ttlMs = Math.ceil(requestedMs / 1000) * 1000;
      let kept: KeptLease | undefined;
      start(id, ttlMs);
      return {
        id,
        ttlMs,
        keepAlive() {
          const alive = active.has(id);
          if (alive && kept?.isHeld() !== true) start(id, ttlMs);
          return Promise.resolve(alive);
        },
        keep: () => (kept = keep(id, ttlMs)),
        async revoke() {
          if (drop(id)) await end(id);
        },
      };
    },
    check(id) {
      if (!active.has(id)) throw new ParetoError('not-found', `lease ${id} has expired: grant a new one`);
    },
    [Symbol.dispose]() {
      for (const id of [...active.keys()]) drop(id);
    },
  };
}
