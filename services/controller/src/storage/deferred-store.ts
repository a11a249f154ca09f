// A store that is opened after its creation, so that the controller can be assembled and serve probes before.

import { ParetoError } from '@pareto/core';
import type { Store } from '@pareto/state';

export interface DeferredStore extends Store {
  /** Forwards all further calls to `store`, including the disposal. */
  open(store: Store): void;
}

/** Creates the store. Calls before `open` throw `unavailable`. */
export function createDeferredStore(): DeferredStore {
  let opened: Store | undefined;
  const store = (): Store => {
    if (opened === undefined) throw new ParetoError('unavailable', 'the store is not open yet: retry in a moment');
    return opened;
  };
  return {
    open(target) {
      opened = target;
    },
    get epoch() {
      return opened?.epoch ?? '';
    },
    get ageMs() {
      return opened?.ageMs ?? 0;
    },
    get: async (key) => store().get(key),
    range: async (prefix) => store().range(prefix),
    transact: async (transaction) => store().transact(transaction),
    watch: (prefix, from, signal) => store().watch(prefix, from, signal),
    grantLease: async (ttlMs) => store().grantLease(ttlMs),
    compact: async (revision) => store().compact(revision),
    async [Symbol.asyncDispose]() {
      await opened?.[Symbol.asyncDispose]();
    },
  };
}
