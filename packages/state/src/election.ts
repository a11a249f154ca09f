// Leader election over any store, with a fence for the leader's writes. The recipe is etcd's: everybody puts a key under
// one prefix with a lease of its own, and the oldest key leads.

import { ParetoError, type Clock } from '@pareto/core';
import { keepLease } from './lease-keeper.js';
import type { Entry, Fence, Revision, Store } from './store.js';

export interface Leadership {
  /** Put this compare in every write of the leader: a deposed one's are then refused. */
  readonly fence: Fence;
  /** Aborts when the leadership has ended, or may have: the store wasn't reached for the lease's time to live. */
  readonly lost: AbortSignal;
  /** Makes room for the next one. While the store can't be reached, that waits for the end of the lease. */
  resign(): Promise<void>;
}

export interface Election {
  /**
   * Resolves when this candidate leads; `value` is what others learn of it. Throws the signal's reason when it aborts, and
   * `failed-precondition` while an earlier candidacy of this object lasts: one must resign before it stands again.
   */
  campaign(value: string, signal: AbortSignal): Promise<Leadership>;
  /** The value of the one who leads now. */
  leader(): Promise<string | undefined>;
}

export interface ElectionOptions {
  readonly name: string;
  readonly ttlMs: number;
  readonly clock: Clock;
}

export function createElection(store: Store, { name, ttlMs, clock }: ElectionOptions): Election {
  const prefix = `election/${name}/`;
  let isCandidate = false;

  /** Undefined: the candidacy came to an end before its turn. */
  const campaignOnce = async (value: string, signal: AbortSignal): Promise<Leadership | undefined> => {
    const candidacy = await enterElection(store, prefix, value, ttlMs, clock);
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
      if (isCandidate) throw new ParetoError('failed-precondition', 'this candidate stands already: resign first');
      isCandidate = true;
      try {
        for (;;) {
          signal.throwIfAborted();
          const leadership = await campaignOnce(value, signal);
          if (leadership === undefined) continue;
          const resign = (): Promise<void> => {
            isCandidate = false;
            return leadership.resign();
          };
          return { ...leadership, resign };
        }
      } catch (error) {
        isCandidate = false;
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
  ttlMs: number,
  clock: Clock,
): Promise<Leadership> {
  const sentAt = clock.now();
  const lease = await store.grantLease(ttlMs);
  const kept = keepLease(lease, sentAt, clock);
  const resign = async (): Promise<void> => {
    kept.stop();
    const revoked = lease.revoke().catch(() => undefined); // it ends by itself
    if (!kept.lost.aborted) await revoked;
  };
  const key = `${prefix}${lease.id}`;
  try {
    const put = await store.transact({
      compares: [{ kind: 'absent', key }],
      operations: [{ kind: 'put', key, value, lease: lease.id }],
    });
    if (put.kind === 'conflict') throw new ParetoError('aborted', `the candidate's key ${key} is taken`);
    return { fence: { key, createRevision: put.revision }, lost: kept.lost, resign };
  } catch (error) {
    void resign(); // whether the key was written or not
    throw error;
  }
}

/** Waits for the turn of a candidacy. False: its key is gone, as when the store was restored meanwhile. */
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

/** Or whatever else may have changed whose turn it is. */
async function nextDeletion(store: Store, prefix: string, from: Revision, signal: AbortSignal): Promise<void> {
  for await (const watched of store.watch(prefix, from, signal)) {
    if (watched.kind !== 'events' || watched.events.some((event) => event.kind === 'delete')) return;
  }
  signal.throwIfAborted();
  throw new ParetoError('unavailable', 'the store closed while a candidate waited');
}

const oldest = (entries: readonly Entry[]): Entry | undefined =>
  entries.toSorted((a, b) => a.createRevision - b.createRevision)[0];
