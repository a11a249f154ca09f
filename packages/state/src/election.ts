// Leader election over any store, with a fence for the leader's writes. Follows etcd's recipe: each candidate puts a key with
// its own lease under one prefix, and the candidate with the oldest key leads.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { Entry, Fence, Revision, Store } from './store.js';

export interface Leadership {
  /** Compare for every write of the leader. It makes the writes of a deposed leader fail. */
  readonly fence: Fence;
  /** Signal that aborts with the cause when the leadership has ended, or may have: see `KeptLease.lost`. */
  readonly lost: AbortSignal;
  /** Returns whether the lease is valid now. Aborts `lost` if not, also before its timer fires. */
  readonly isHeld: () => boolean;
  /** Ends the leadership. While the store is unreachable, waits until the lease expires. */
  resign(): Promise<void>;
}

export interface Election {
  /**
   * Resolves when this candidate leads. `value` is what `leader` returns then. Throws the signal's reason if it aborts, and
   * `failed-precondition` during an earlier candidacy of this object, which must resign first.
   */
  campaign(value: string, signal: AbortSignal): Promise<Leadership>;
  /** Returns the value of the current leader. Undefined if there is none. */
  leader(): Promise<string | undefined>;
}

export interface ElectionOptions {
  readonly name: string;
  readonly ttlMs: number;
  /** See `KeepOptions.maxBlockedMs`. Default: 30 s. */
  readonly maxBlockedMs?: number;
  readonly clock: Clock;
}

/** Pause after a candidacy that ended before it was elected. */
const pauseMs = milliseconds(250);

export function createElection(store: Store, options: ElectionOptions): Election {
  const { name, clock } = options;
  const prefix = `election/${name}/`;
  let isCandidate = false;

  /** Runs one candidacy. Undefined if it ended before it was elected. */
  const campaignOnce = async (value: string, signal: AbortSignal): Promise<Leadership | undefined> => {
    const candidacy = await enterElection(store, prefix, value, options);
    try {
      if (await waitUntilElected(store, prefix, candidacy.fence, AbortSignal.any([signal, candidacy.lost])))
        return candidacy;
    } catch (error) {
      if (!candidacy.lost.aborted) {
        await candidacy.resign();
        throw error;
      }
    }
    await candidacy.resign();
    return undefined;
  };

  return {
    async campaign(value, signal) {
      if (isCandidate)
        throw new ParetoError('failed-precondition', 'this candidate is already in the election: resign first');
      isCandidate = true;
      try {
        for (;;) {
          signal.throwIfAborted();
          const leadership = await campaignOnce(value, signal);
          if (leadership === undefined) {
            await clock.sleep(pauseMs, signal);
            continue;
          }
          const resign = (): Promise<void> => {
            isCandidate = false;
            return leadership.resign();
          };
          return { ...leadership, resign };
        }
      } catch (error) {
        isCandidate = false;
        signal.throwIfAborted();
        throw error;
      }
    },
    async leader() {
      return oldest((await store.range(prefix)).entries)?.value;
    },
  };
}

async function enterElection(
  store: Store,
  prefix: string,
  value: string,
  { ttlMs, maxBlockedMs = 30_000 }: ElectionOptions,
): Promise<Leadership> {
  const lease = await store.grantLease(ttlMs);
  const kept = lease.keep({ maxBlockedMs });
  const resign = async (): Promise<void> => {
    kept.stop();
    const revoked = lease.revoke().catch(() => undefined); // The lease expires by itself.
    if (!kept.lost.aborted) await revoked;
  };
  const key = `${prefix}${lease.id}`;
  try {
    const put = await store.transact({
      compares: [{ kind: 'absent', key }],
      operations: [{ kind: 'put', key, value, lease: lease.id }],
    });
    if (put.kind === 'conflict') throw new ParetoError('aborted', `the candidate's key ${key} exists already: retry`);
    return { fence: { key, createRevision: put.revision }, lost: kept.lost, isHeld: kept.isHeld, resign };
  } catch (error) {
    void resign(); // The key may have been written.
    throw error;
  }
}

/** Waits until a candidate leads. Returns false if its key is gone, e.g. because the store was restored meanwhile. */
async function waitUntilElected(store: Store, prefix: string, own: Fence, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    signal.throwIfAborted();
    const { revision, entries } = await store.range(prefix);
    const isOwn = ({ key, createRevision }: Entry): boolean => key === own.key && createRevision === own.createRevision;
    if (!entries.some(isOwn)) return false;
    if (oldest(entries)?.key === own.key) return !signal.aborted;
    await nextDeletion(store, prefix, revision + 1, signal);
  }
}

/** Waits for a deletion under the prefix, or for the end of the watch, after which the order must be read again. */
async function nextDeletion(store: Store, prefix: string, from: Revision, signal: AbortSignal): Promise<void> {
  for await (const watched of store.watch(prefix, from, signal)) {
    if (watched.kind !== 'events' || watched.events.some((event) => event.kind === 'delete')) return;
  }
  signal.throwIfAborted();
  throw new ParetoError('unavailable', 'the store was closed during a candidacy');
}

const oldest = (entries: readonly Entry[]): Entry | undefined =>
  entries.toSorted((a, b) => a.createRevision - b.createRevision)[0];
