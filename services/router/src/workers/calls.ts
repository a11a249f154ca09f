// Tracks the calls in flight to one worker, so that they can be aborted together.

export interface Calls {
  readonly size: number;
  /** Runs `call` with a signal that aborts with the caller's signal or on `abortAll`. */
  run<T>(caller: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T>;
  abortAll(reason: Error): void;
}

export function createCalls(onIdle: () => void): Calls {
  const inFlight = new Set<AbortController>();
  return {
    get size() {
      return inFlight.size;
    },
    async run(caller, call) {
      const own = new AbortController();
      const onAbort = (): void => own.abort(caller.reason);
      caller.addEventListener('abort', onAbort);
      inFlight.add(own);
      try {
        return await call(own.signal);
      } finally {
        caller.removeEventListener('abort', onAbort);
        inFlight.delete(own);
        if (inFlight.size === 0) onIdle();
      }
    },
    abortAll(reason) {
      for (const each of inFlight) each.abort(reason);
    },
  };
}
