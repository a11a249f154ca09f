// When turns of the control loop run: every second, and soon after a trigger.

import { defaultRestParams } from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';

export interface TurnTimer {
  /** Lets a turn run as soon as the last one allows. */
  trigger(now: number): void;
}

export interface TurnTimerOptions {
  readonly events: EventQueue;
  /** Time of the first turn, and the time after which there are no more. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly run: (now: number) => void;
}

/** Time between two turns without a trigger, in addition to the rest. */
const turnMs = 1_000;
/** A turn takes no virtual time, so that the rest after it is the minimum. */
const restMs = defaultRestParams.minMs;

export function createTurnTimer({ events, startsAt, endsAt, run }: TurnTimerOptions): TurnTimer {
  let lastAt = startsAt - restMs;
  let next = { at: Infinity };
  function schedule(at: number): void {
    const own = (next = { at });
    if (at > endsAt) return;
    events.schedule(at, (now) => {
      if (next !== own) return;
      lastAt = now;
      schedule(now + restMs + turnMs);
      run(now);
    });
  }
  schedule(startsAt);
  return {
    trigger(now) {
      const at = Math.max(now, lastAt + restMs);
      if (at < next.at) schedule(at);
    },
  };
}
