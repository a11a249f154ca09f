// Wakes waiting queries after a change: a new routing table, or a replica that can be called again.

export interface ChangeSignal {
  notify(): void;
  /** Calls `listener` at each `notify`, before those that wait. */
  listen(listener: () => void): void;
  /** Resolves at the next `notify`. */
  next(): Promise<void>;
}

export function createChangeSignal(): ChangeSignal {
  let wake = (): void => undefined;
  let waiting: Promise<void> | undefined;
  const listeners: (() => void)[] = [];
  return {
    listen: (listener) => void listeners.push(listener),
    notify() {
      for (const listener of listeners) listener();
      waiting = undefined;
      wake();
    },
    next: () => (waiting ??= new Promise((resolve) => (wake = resolve))),
  };
}
