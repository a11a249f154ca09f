// Something that waiters are told of: the table changed, a replica came back.

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
