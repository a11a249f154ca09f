// A process with one thread, which does one piece of work after another, and has a core of its own.

import type { EventQueue } from '../events/event-queue.js';

/** Called after the end of work, with the time at which it began, and the time that it took. */
export type OnEnd = (now: number, beganAt: number, tookMs: number) => void;

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

/** Creates a process that works at full speed. `finish` schedules an event only if the process was busy. */
export function createProcess(events: EventQueue): Process {
  let freeAt = 0;
  return {
    finish(workMs, now, onEnd) {
      const isIdle = freeAt + workMs <= now;
      freeAt = isIdle ? now : freeAt + workMs;
      if (isIdle) onEnd(now);
      else events.schedule(freeAt, onEnd);
    },
    run(workMs, now, onEnd, afterMs = 0) {
      const beganAt = Math.max(now, freeAt);
      freeAt = beganAt + workMs;
      if (onEnd !== undefined) events.schedule(freeAt + afterMs, (at) => onEnd(at, beganAt, workMs));
      return beganAt;
    },
    clear(now) {
      freeAt = now;
    },
  };
}
