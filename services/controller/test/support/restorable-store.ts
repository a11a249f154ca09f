// A store whose history can be replaced while it is open, as if etcd were restored from a snapshot.

import type { Store, Watched } from '@pareto/state';

export interface RestorableStore extends Store {
  /** Serves `other` from now on, and sends `restored` to all watches. */
  become(other: Store): void;
  /** Number of transactions. */
  readonly writes: () => number;
}

export function createRestorableStore(first: Store): RestorableStore {
  let store = first;
  let exchange = new AbortController();
  let writes = 0;
  return {
    get epoch() {
      return store.epoch;
    },
    ageMs: 0,
    loss: undefined,
    known: undefined,
    onLoss: () => undefined,
    checkMembers: async () => [],
    writes: () => writes,
    become(other) {
      store = other;
      const before = exchange;
      exchange = new AbortController();
      before.abort();
    },
    get: (key) => store.get(key),
    range: (prefix) => store.range(prefix),
    transact(transaction) {
      writes += 1;
      return store.transact(transaction);
    },
    async *watch(prefix, from, signal): AsyncGenerator<Watched> {
      const exchanged = exchange.signal;
      yield* store.watch(prefix, from, AbortSignal.any([signal, exchanged]));
      if (exchanged.aborted && !signal.aborted) yield { kind: 'restored', revision: from };
    },
    grantLease: (ttlMs) => store.grantLease(ttlMs),
    compact: (revision) => store.compact(revision),
    [Symbol.asyncDispose]: async () => store[Symbol.asyncDispose](),
  };
}
