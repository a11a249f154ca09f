// The turns of an event loop, in memory that it shares with the thread that watches them.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';

/** Data of the thread at its start. */
export interface LivenessThreadData {
  /** IP address to listen on. */
  readonly address: string;
  readonly port: number;
  readonly incarnation: string;
  readonly turns: SharedArrayBuffer;
}

/** Interval at which the event loop counts a turn, and the thread compares the count. */
export const turnCheckMs: Milliseconds = milliseconds(5_000);
/** Time without a turn after which the process no longer counts as alive: it is not starved, but hangs. */
const maxBlockedMs = 30_000;

export const createTurns = (): SharedArrayBuffer => new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);

/** Counts turns of this event loop until disposed. */
export function countTurns(turns: SharedArrayBuffer, clock: Clock): Disposable {
  const count = new Int32Array(turns);
  let timer: Disposable | undefined;
  const turn = (): void => {
    Atomics.add(count, 0, 1);
    timer = clock.after(turnCheckMs, turn);
  };
  turn();
  return { [Symbol.dispose]: () => timer?.[Symbol.dispose]() };
}

export interface TurnWatch {
  /** Set if the event loop had no turn for 30 s. */
  readonly isBlocked: boolean;
  /** Compares the count. Must be called regularly. */
  check(): void;
}

export function createTurnWatch(turns: SharedArrayBuffer, clock: Pick<Clock, 'now'>): TurnWatch {
  const count = new Int32Array(turns);
  let last = Atomics.load(count, 0);
  let changedAt = clock.now();
  return {
    get isBlocked() {
      return clock.now() - changedAt > maxBlockedMs;
    },
    check() {
      const now = Atomics.load(count, 0);
      if (now === last) return;
      last = now;
      changedAt = clock.now();
    },
  };
}
