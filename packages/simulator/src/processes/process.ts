// A process with one thread, which does one piece of work after another, and has a core of its own.

import type { EventQueue } from '../events/event-queue.js';

/** Called after the end of work, with the time at which it began and the time that it took if they were not known before. */
export type OnEnd = (now: number, beganAt?: number, tookMs?: number) => void;

export interface Process {
  /** Does work that began `workMs` ago if the process was idle then, and otherwise does it now. */
  finish(workMs: number, now: number, onEnd: (now: number) => void): void;
  /**
   * Does work after all that it was given before, and calls `onEnd` `afterMs` later. Returns the time at which the work begins, or `now` if
   * that is unknown.
   */
  run(workMs: number, now: number, onEnd?: OnEnd, afterMs?: number): number;
  /** Drops all work. */
  clear(now: number): void;
}

/** Works at full speed. `finish` schedules an event only if the process was busy. */
class FullSpeedProcess implements Process {
  readonly #events: EventQueue;
  #freeAt = 0;

  constructor(events: EventQueue) {
    this.#events = events;
  }

  finish(workMs: number, now: number, onEnd: (now: number) => void): void {
    const isIdle = this.#freeAt + workMs <= now;
    this.#freeAt = isIdle ? now : this.#freeAt + workMs;
    if (isIdle) onEnd(now);
    else this.#events.schedule(this.#freeAt, onEnd);
  }

  run(workMs: number, now: number, onEnd?: OnEnd, afterMs = 0): number {
    const beganAt = Math.max(now, this.#freeAt);
    this.#freeAt = beganAt + workMs;
    if (onEnd !== undefined) this.#events.schedule(this.#freeAt + afterMs, onEnd);
    return beganAt;
  }

  clear(now: number): void {
    this.#freeAt = now;
  }
}

export const createProcess = (events: EventQueue): Process => new FullSpeedProcess(events);
