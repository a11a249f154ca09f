// A timer that runs once, at the earliest of the times that were requested.

import { milliseconds, type Clock } from '@pareto/core';

export interface EarliestTimer {
  /** Requests a run at a time. Does nothing if an earlier run is pending. */
  request(at: number): void;
  /** Cancels the pending run, if any. */
  cancel(): void;
}

export function createEarliestTimer(clock: Clock, run: () => void): EarliestTimer {
  let pending: { readonly at: number; readonly timer: Disposable } | undefined;

  function cancel(): void {
    pending?.timer[Symbol.dispose]();
    pending = undefined;
  }
  return {
    request(at) {
      if (pending !== undefined && pending.at <= at) return;
      cancel();
      const start = (): void => {
        pending = undefined;
        run();
      };
      pending = { at, timer: clock.after(milliseconds(Math.ceil(at - clock.now())), start) };
    },
    cancel,
  };
}
