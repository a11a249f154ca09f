// Wakes waiting queries after a change: a new routing table, or a replica that can be called again.

export interface ChangeSignal {
  notify(): void;
  /** Resolves at the next `notify`. */
  next(): Promise<void>;
}

export function createChangeSignal(): ChangeSignal {
  let wake = (): void => undefined;
  let waiting: Promise<void> | undefined;
  return {
    notify() {
      waiting = undefined;
      wake();
    },
    next: () => (waiting ??= new Promise((resolve) => (wake = resolve))),
  };
}
