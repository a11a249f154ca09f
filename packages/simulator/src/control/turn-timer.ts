// When turns of the control loop run: every second, and soon after a trigger.

import type { EventQueue } from '../events/event-queue.js';

export interface TurnTimer {
  /** Lets a turn run as soon as the rest after the last one allows. */
  trigger(now: number): void;
}

export interface TurnTimerOptions {
  readonly events: EventQueue;
  /** Time of the first turn, and the time after which there are no more. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** Runs a turn, and returns the time at which its rest ends. */
  readonly run: (now: number) => number;
}

/** Time between two turns without a trigger, in addition to the rest. */
const turnMs = 1_000;

export function createTurnTimer({ events, startsAt, endsAt, run }: TurnTimerOptions): TurnTimer {
  let restUntil = startsAt;
  let next = { at: Infinity };
  function schedule(at: number): void {
    const own = (next = { at });
    if (at > endsAt) return;
    events.schedule(at, (now) => {
      if (next !== own) return;
      restUntil = run(now);
      schedule(restUntil + turnMs);
    });
  }
  schedule(startsAt);
  return {
    trigger(now) {
      const at = Math.max(now, restUntil);
      if (at < next.at) schedule(at);
    },
  };
}
