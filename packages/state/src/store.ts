// The store's interface: what the controller may ask of etcd or of the embedded database, and no more.

/**
 * A position in the store's history: every transaction that changes something has a later one. Others may use the same etcd,
 * so the revision of a read may be one that no watch here ever comes to; that of a transaction is one that it does.
 */
export type Revision = number;

export interface Entry {
  readonly key: string;
  readonly value: string;
  /** Of the transaction that made the key, and of the last one that wrote it. */
  readonly createRevision: Revision;
  readonly modRevision: Revision;
  /** The lease whose end takes the key away. */
  readonly lease?: string | undefined;
}

/** Proof of a leadership: it holds while the leader's key is the one made at that revision. */
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

/** All operations happen at one revision if all compares hold, else none does. No key may be written twice. */
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
 * `events` is complete up to and including `revision`. After the other two nothing follows: list again, watch from there.
 * `compacted`: the history up to `revision` is gone. `restored`: the history is another one than was followed, because the
 * store was wiped or restored; its epoch has changed, and what was read and acknowledged before may be gone.
 */
export type Watched =
  | { readonly kind: 'events'; readonly revision: Revision; readonly events: readonly WatchEvent[] }
  | { readonly kind: 'compacted'; readonly revision: Revision }
  | { readonly kind: 'restored'; readonly revision: Revision };

export interface Lease {
  readonly id: string;
  readonly ttlMs: number;
  /** Starts the time to live again; false: the lease has ended. */
  keepAlive(): Promise<boolean>;
  /** Ends the lease and deletes its keys. */
  revoke(): Promise<void>;
}

/**
 * Keys are printable ASCII. Reads see every write acknowledged before them, and a write is acknowledged only when it is
 * durable. Every call may throw a ParetoError: `unavailable` when the store can't be reached or is closed,
 * `resource-exhausted` when it has no room.
 */
export interface Store extends AsyncDisposable {
  /** Of the history that revisions count. It may change while the store is open: watchers are told `restored`. */
  readonly epoch: string;
  /** For how long nothing was heard from the store, in milliseconds: 0 when it is in this process. */
  readonly silentMs: number;
  get(key: string): Promise<{ readonly revision: Revision; readonly entry: Entry | undefined }>;
  /** All entries under a prefix, by key, at one revision. */
  range(prefix: string): Promise<{ readonly revision: Revision; readonly entries: readonly Entry[] }>;
  transact(transaction: Transaction): Promise<TransactResult>;
  /**
   * Every event under a prefix from a revision on, in order, until the signal aborts or the store closes. The revision is
   * at most the one after the last that was read here.
   */
  watch(prefix: string, fromRevision: Revision, signal: AbortSignal): AsyncIterable<Watched>;
  /** The time to live is rounded up to whole seconds. */
  grantLease(ttlMs: number): Promise<Lease>;
  /** Forgets the history before a revision: watches from before it are told `compacted`. */
  compact(revision: Revision): Promise<void>;
}
