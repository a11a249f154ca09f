// Closes connections without calls.

import { milliseconds, type Clock } from '@pareto/core';

/** Watches one connection until it is disposed. */
export interface IdleWatch extends Disposable {
  /** Records the begin of a call. */
  begin(): void;
  /** Records the end of a call. */
  end(): void;
}

/** Starts to watch a connection, and calls `close` once it has had no call for the time. */
export type WatchIdle = (close: () => void) => IdleWatch;

export const createIdleWatch =
  (idleMs: number, clock: Clock): WatchIdle =>
  (close) => {
    let open = 0;
    /** Time at which the last call ended. */
    let usedAt = clock.now();
    let timer: Disposable;
    const checkIn = (ms: number): void => void (timer = clock.after(milliseconds(ms), check));
    const check = (): void => {
      const leftMs = open > 0 ? idleMs : usedAt + idleMs - clock.now();
      if (leftMs > 0) checkIn(leftMs);
      else close();
    };
    checkIn(idleMs);
    return {
      begin: () => void (open += 1),
      end() {
        open -= 1;
        usedAt = clock.now();
      },
      [Symbol.dispose]: () => timer[Symbol.dispose](),
    };
  };
