// The interface of the store, which etcd and the embedded database implement.

import type { StoreLoss } from '@pareto/core';

/**
 * Position in the store's history: every transaction that changes something has a higher one. Other clusters may share an etcd,
 * so a watch may never reach the revision of a read. It does reach the revision of every transaction.
 */
export type Revision = number;

export interface Entry {
  readonly key: string;
  readonly value: string;
  /** Revision of the transaction that created the key. */
  readonly createRevision: Revision;
  /** Revision of the last transaction that wrote the key. */
  readonly modRevision: Revision;
  /** Lease whose expiry deletes the key. */
  readonly lease?: string | undefined;
}

/** Proof of a leadership. It holds while the leader's key is the one created at this revision. */
export interface Fence {
  readonly key: string;
  readonly createRevision: Revision;
}

export type Compare =
  | { readonly kind: 'revision'; readonly key: string; readonly modRevision: Revision }
  | { readonly kind: 'absent'; readonly key: string }
  | { readonly kind: 'leader'; readonly fence: Fence };

export type Operation =
  | { readonly kind: 'put'; readonly key: string; readonly value: string; readonly lease?: string | undefined }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'delete-prefix'; readonly prefix: string };

/** Operations that are all applied at one revision if all compares hold, otherwise not at all. Writes no key twice. */
export interface Transaction {
  readonly compares: readonly Compare[];
  readonly operations: readonly Operation[];
}

export type TransactResult =
  | { readonly kind: 'committed'; readonly revision: Revision }
  | { readonly kind: 'conflict'; readonly revision: Revision; readonly failed: readonly Compare[] };

export type WatchEvent =
  | { readonly kind: 'put'; readonly entry: Entry }
  | { readonly kind: 'delete'; readonly key: string; readonly revision: Revision };

/**
 * Message of a watch. `events` is complete up to and including `revision`. The watch ends with the other two: list the entries
 * again, and watch from the revision of that list. `compacted`: the history up to `revision` was removed. `restored`: the store
 * was wiped or restored, so its history and epoch have changed, and data that was read or acknowledged before may be gone.
 */
export type Watched =
  | { readonly kind: 'events'; readonly revision: Revision; readonly events: readonly WatchEvent[] }
  | { readonly kind: 'compacted'; readonly revision: Revision }
  | { readonly kind: 'restored'; readonly revision: Revision };

/** A member of etcd. */
export interface StoreMember {
  /** host:port. */
  readonly address: string;
  /** Reason why it cannot be used now. Undefined if it can. */
  readonly problem: string | undefined;
}

/** A history of the store, and the highest revision that it is known to have. */
export interface KnownHistory {
  readonly epoch: string;
  readonly revision: Revision;
}

export interface KeepOptions {
  /**
   * Time without a turn of this process's event loop after which the lease is no longer renewed, so that another process
   * takes over from one that hangs. The embedded store ignores it: no other process can have it open.
   */
  readonly maxBlockedMs: number;
}

/** Lease that is kept alive, also while the event loop is blocked. */
export interface KeptLease {
  /** Signal that aborts with the cause when the lease has ended or may have expired: never later, unless the loop is blocked. */
  readonly lost: AbortSignal;
  /** Returns whether the lease is valid now. Aborts `lost` if not, e.g. because this process was paused and timers are late. */
  readonly isHeld: () => boolean;
  /** Stops the renewals. `lost` does not abort after that. */
  stop(): void;
}

export interface Lease {
  readonly id: string;
  readonly ttlMs: number;
  /** Restarts the time to live. Returns false if the lease has expired. */
  keepAlive(): Promise<boolean>;
  /** Keeps the lease alive until it is stopped. Call it once. */
  keep(options: KeepOptions): KeptLease;
  /** Ends the lease and deletes its keys. */
  revoke(): Promise<void>;
}

/**
 * Durable key-value store with transactions, watches and leases. Keys are printable ASCII. Reads return every write acknowledged
 * before them, and a write is acknowledged only once it is durable. Every call may throw a ParetoError: `unavailable` if the
 * store is unreachable or closed, `resource-exhausted` if it is full.
 */
export interface Store extends AsyncDisposable {
  /** Identity of the history of revisions. It may change while the store is open: watches then end with `restored`. */
  readonly epoch: string;
  /** Time since the last response or event of the store, in milliseconds. 0 for an embedded store. */
  readonly ageMs: number;
  /**
   * Reason why the store is not used now. Every call throws `unavailable` then, and nothing is written. Undefined for a store that has
   * its data.
   */
  readonly loss: StoreLoss | undefined;
  /** Calls each member of etcd alone. Returns an empty list for an embedded store. */
  checkMembers(): Promise<readonly StoreMember[]>;
  /** State that a process must remember to recognise the store after its restart. Undefined for an embedded store. */
  readonly known: KnownHistory | undefined;
  /** Adds a listener that is called when the store is no longer used. */
  onLoss(listener: (loss: StoreLoss) => void): void;
  get(key: string): Promise<{ readonly revision: Revision; readonly entry: Entry | undefined }>;
  /** Returns all entries under a prefix, sorted by key, at one revision. */
  range(prefix: string): Promise<{ readonly revision: Revision; readonly entries: readonly Entry[] }>;
  transact(transaction: Transaction): Promise<TransactResult>;
  /**
   * Yields every event under a prefix from a revision on, in order, until the signal aborts or the store closes. The revision
   * may be at most one above the last one read here.
   */
  watch(prefix: string, fromRevision: Revision, signal: AbortSignal): AsyncIterable<Watched>;
  /** Grants a lease. Rounds the time to live up to whole seconds. */
  grantLease(ttlMs: number): Promise<Lease>;
  /** Removes the history before a revision. Watches that start before it end with `compacted`. */
  compact(revision: Revision): Promise<void>;
}
