// Leader election over any store, with a fence for the leader's writes. The recipe is etcd's: everybody puts a key under
// one prefix with a lease of its own, and the oldest key leads.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { Entry, Fence, Lease, Revision, Store } from './store.js';

export interface Leadership {
  /** Put this compare in every write of the leader: a deposed one's are then refused. */
  readonly fence: Fence;
  /** Aborts when the leadership has ended, or may have: the store wasn't reached for the lease's time to live. */
  readonly lost: AbortSignal;
  resign(): Promise<void>;
}

export interface Election {
  /** Resolves when this candidate leads; `value` is what others learn of it. Throws the signal's reason when it aborts. */
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
  return {
    async campaign(value, signal) {
      for (;;) {
        signal.throwIfAborted();
        const candidacy = await stand(store, prefix, value, ttlMs, clock);
        try {
          await waitForTurn(store, prefix, candidacy.fence, AbortSignal.any([signal, candidacy.lost]));
          if (!candidacy.lost.aborted) return candidacy;
        } catch (error) {
          if (!candidacy.lost.aborted || signal.aborted) {
            await candidacy.resign();
            throw error;
          }
        }
      }
    },
    async leader() {
      return oldest((await store.range(prefix)).entries)?.value;
    },
  };
}

async function stand(store: Store, prefix: string, value: string, ttlMs: number, clock: Clock): Promise<Leadership> {
  const lease = await store.grantLease(ttlMs);
  const key = `${prefix}${lease.id}`;
  const put = await store.transact({
    compares: [{ kind: 'absent', key }],
    operations: [{ kind: 'put', key, value, lease: lease.id }],
  });
  const kept = keepLease(lease, clock);
  return {
    fence: { key, createRevision: put.revision },
    lost: kept.lost,
    async resign() {
      kept.stop();
      await lease.revoke();
    },
  };
}

async function waitForTurn(store: Store, prefix: string, own: Fence, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { revision, entries } = await store.range(prefix);
    if (!entries.some((entry) => entry.key === own.key)) {
      throw new ParetoError('aborted', 'the candidacy was taken out of the store while it waited');
    }
    if (oldest(entries)?.key === own.key) return;
    await nextDeletion(store, prefix, revision + 1, signal);
  }
}

async function nextDeletion(store: Store, prefix: string, from: Revision, signal: AbortSignal): Promise<void> {
  for await (const watched of store.watch(prefix, from, signal)) {
    if (watched.kind !== 'events' || watched.events.some((event) => event.kind === 'delete')) return;
  }
  signal.throwIfAborted();
  throw new ParetoError('unavailable', 'the store closed while a candidate waited');
}

const oldest = (entries: readonly Entry[]): Entry | undefined =>
  entries.toSorted((a, b) => a.createRevision - b.createRevision)[0];

/** Keeps a lease alive at a third of its time to live. `lost` never comes later than the lease's own end. */
function keepLease(lease: Lease, clock: Clock): { readonly lost: AbortSignal; stop(): void } {
  const lost = new AbortController();
  const stopped = new AbortController();
  const lose = (): void => {
    stopped.abort();
    lost.abort(new ParetoError('aborted', 'the lease of the leadership ended'));
  };
  let deadline = clock.after(milliseconds(lease.ttlMs), lose);
  const refresh = async (): Promise<void> => {
    const sentAt = clock.now();
    if (!(await lease.keepAlive())) return lose();
    deadline[Symbol.dispose]();
    if (!stopped.signal.aborted) deadline = clock.after(milliseconds(lease.ttlMs - (clock.now() - sentAt)), lose);
  };
  const turn = (): Disposable =>
    clock.after(milliseconds(lease.ttlMs / 3), () => {
      void refresh().catch(() => undefined); // not reached: the deadline decides
      if (!stopped.signal.aborted) timer = turn();
    });
  let timer = turn();
  return {
    lost: lost.signal,
    stop() {
      stopped.abort();
      timer[Symbol.dispose]();
      deadline[Symbol.dispose]();
    },
  };
}
