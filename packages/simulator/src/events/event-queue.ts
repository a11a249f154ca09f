// Events in virtual time, by time, and by order of insertion for equal times.

import { DelayedEvents } from './delayed-events.js';
import { EventHeap } from './event-heap.js';
import type { Action, Events } from './events.js';

/** Schedules an event at a fixed delay after `now`, the time of the event that runs. */
type Delay = (now: number, run: Action) => void;

export interface EventQueue {
  /** Time of the event that ran last. */
  readonly now: number;
  /** Settles when further events may run. Undefined if they may. */
  readonly held: Promise<void> | undefined;
  /** Runs no further event until the work is done. An event may hold the queue once. */
  hold(work: Promise<void>): void;
  schedule(at: number, run: Action): void;
  /** Creates a delay, whose events are in order without a search. */
  createDelay(delayMs: number): Delay;
  /** Runs all events, also those that are scheduled meanwhile. */
  runAll(): void;
  /** Runs up to `count` events that are due by `until`, or until one holds the queue. Returns false if there were fewer. */
  runSome(count: number, until: number): boolean;
}

const isBefore = (a: Events, b: Events): boolean =>
  a.nextAt === b.nextAt ? a.nextSequence < b.nextSequence : a.nextAt < b.nextAt;

export function createEventQueue(): EventQueue {
  const heap = new EventHeap();
  const delayed: DelayedEvents[] = [];
  let sequence = 0;
  let ranAt = 0;
  let held: Promise<void> | undefined;
  /** Returns the part with the next event. */
  function nextPart(): Events {
    let best: Events = heap;
    for (const part of delayed) if (isBefore(part, best)) best = part;
    return best;
  }
  function runSome(count: number, until: number): boolean {
    for (let ran = 0; ran < count; ran += 1) {
      if (held !== undefined) return true;
      const part = nextPart();
      const at = part.nextAt;
      if (at > until || part.length === 0) return false;
      ranAt = at;
      part.take()(at);
    }
    return true;
  }
  return {
    get now() {
      return ranAt;
    },
    get held() {
      return held;
    },
    hold(work) {
      held = work.then(() => {
        held = undefined;
      });
    },
    schedule: (at, run) => heap.push(at, sequence++, run),
    createDelay(delayMs) {
      const part = new DelayedEvents();
      delayed.push(part);
      return (now, run) => part.push(now + delayMs, sequence++, run);
    },
    runAll: () => void runSome(Infinity, Infinity),
    runSome,
  };
}
