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

/** A class, because numbers that change in a closure are allocated with each change. */
class PartedQueue implements EventQueue {
  now = 0;
  held: Promise<void> | undefined;
  readonly #heap = new EventHeap();
  readonly #delayed: DelayedEvents[] = [];
  #sequence = 0;

  hold(work: Promise<void>): void {
    this.held = work.then(() => {
      this.held = undefined;
    });
  }

  schedule(at: number, run: Action): void {
    this.#heap.push(at, this.#sequence++, run);
  }

  createDelay(delayMs: number): Delay {
    const part = new DelayedEvents();
    this.#delayed.push(part);
    return (now, run) => part.push(now + delayMs, this.#sequence++, run);
  }

  runAll(): void {
    this.runSome(Infinity, Infinity);
  }

  runSome(count: number, until: number): boolean {
    for (let ran = 0; ran < count; ran += 1) {
      if (this.held !== undefined) return true;
      const part = this.#nextPart();
      const at = part.nextAt;
      if (at > until || part.length === 0) return false;
      this.now = at;
      part.take()(at);
    }
    return true;
  }

  /** Returns the part with the next event. */
  #nextPart(): Events {
    let best: Events = this.#heap;
    for (const part of this.#delayed) if (isBefore(part, best)) best = part;
    return best;
  }
}

export const createEventQueue = (): EventQueue => new PartedQueue();
