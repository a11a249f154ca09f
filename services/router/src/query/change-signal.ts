// Wakes waiting queries after a change: a new routing table, or a replica that can be called again.

export interface ChangeSignal {
  notify(): void;
  /** Calls `listener` at each `notify`, after the listeners before it, until it is disposed. */
  readonly listen: (listener: () => void) => Disposable;
}

export function createChangeSignal(): ChangeSignal {
  const listeners = new Set<() => void>();
  return {
    notify() {
      for (const listener of listeners) listener();
    },
    listen(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}
