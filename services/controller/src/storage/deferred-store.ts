// A store that is opened after its creation, so that the controller can be assembled and serve probes before.

import { ParetoError, type StoreLoss } from '@pareto/core';
import type { Store } from '@pareto/state';

export interface DeferredStore extends Store {
  /** Forwards all further calls to `store`, including the disposal. */
  open(store: Store): void;
  /** States why the store can't be opened: it lost data. */
  hold(loss: StoreLoss | undefined): void;
}

/** Creates the store. Calls before `open` throw `unavailable`. */
export function createDeferredStore(): DeferredStore {
  let opened: Store | undefined;
  const onLoss: ((loss: StoreLoss) => void)[] = [];
  let held: StoreLoss | undefined;
  const store = (): Store => {
    if (opened === undefined) throw new ParetoError('unavailable', 'the store is not open yet: retry in a moment');
    return opened;
  };
  return {
    open(target) {
      opened = target;
      for (const listener of onLoss) target.onLoss(listener);
    },
    get epoch() {
      return opened?.epoch ?? '';
    },
    get ageMs() {
      return opened?.ageMs ?? 0;
    },
    hold(loss) {
      const before = held;
      held = loss;
      if (loss !== undefined && loss !== before) for (const listener of onLoss) listener(loss);
    },
    get loss() {
      return opened === undefined ? held : opened.loss;
    },
    get known() {
      return opened?.known;
    },
    onLoss(listener) {
      onLoss.push(listener);
      opened?.onLoss(listener);
    },
    checkMembers: async () => store().checkMembers(),
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
