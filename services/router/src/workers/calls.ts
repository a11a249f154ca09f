// The calls under way to one worker, that can be given up together.

export interface Calls {
  readonly size: number;
  /** `call` gets a signal that aborts with the caller's, or when all calls are given up. */
  run<T>(caller: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Ends all that are under way now, for this reason. */
  giveUp(reason: Error): void;
}

export function createCalls(onIdle: () => void): Calls {
  const underWay = new Set<AbortController>();
  return {
    get size() {
      return underWay.size;
    },
    async run(caller, call) {
      const own = new AbortController();
      const onAbort = (): void => own.abort(caller.reason);
      caller.addEventListener('abort', onAbort);
      underWay.add(own);
      try {
        return await call(own.signal);
      } finally {
        caller.removeEventListener('abort', onAbort);
        underWay.delete(own);
        if (underWay.size === 0) onIdle();
      }
    },
    giveUp(reason) {
      for (const each of underWay) each.abort(reason);
    },
  };
}
