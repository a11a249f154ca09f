// A machine whose processes share its cores: all of them run at the same speed, which is less while there are more than cores.

import type { EventQueue } from '../events/event-queue.js';
import type { OnEnd, Process } from './process.js';

export interface SharedHostOptions {
  readonly events: EventQueue;
  readonly cores: number;
  /** Share by which a run of an executor takes longer for each other executor that runs. */
  readonly interference: number;
  /** Part of each run in which the executor needs no core, in µs. */
  readonly runWaitUs: number;
  /** Work in addition of a front that had none, in µs. */
  readonly wakeUs: number;
}

export interface SharedHost {
  /** Creates a process on the machine. Its method `finish` does all of the work from now on. */
  createProcess(kind: 'front' | 'executor'): Process;
}

interface Work {
  /** Work of the process, of which the first is in progress. */
  readonly queue: Work[];
  readonly isRun: boolean;
  readonly onEnd: OnEnd | undefined;
  readonly afterMs: number;
  /** Time until the work needs a core. */
  readonly waitMs: number;
  leftMs: number;
  beganAt: number;
}

export function createSharedHost({ events, cores, interference, runWaitUs, wakeUs }: SharedHostOptions): SharedHost {
  /** Work in progress. */
  const running = new Set<Work>();
  let advancedAt = 0;
  let changes = 0;

  /** Returns the progress of work in a millisecond, as long as no other work begins or ends. */
  function createSpeed(): (work: Work) => number {
    let runs = 0;
    for (const { isRun } of running) if (isRun) runs += 1;
    const share = Math.min(1, cores / running.size);
    const shareOfRun = share / (1 + interference * Math.max(0, runs - 1));
    return ({ isRun }) => (isRun ? shareOfRun : share);
  }
  function advance(now: number): void {
    const speedOf = createSpeed();
    for (const work of running) work.leftMs -= speedOf(work) * (now - advancedAt);
    advancedAt = now;
  }
  function start(work: Work, now: number): void {
    advance(now);
    running.add(work);
    schedule(now);
  }
  function begin(work: Work | undefined, now: number): void {
    if (work === undefined) return;
    work.beganAt = now;
    if (work.waitMs === 0) return start(work, now);
    events.schedule(now + work.waitMs, (at) => {
      if (work.queue[0] === work) start(work, at);
    });
  }
  function end(work: Work, now: number): void {
    const { queue, onEnd, afterMs, beganAt } = work;
    running.delete(work);
    queue.shift();
    schedule(now);
    begin(queue[0], now);
    if (onEnd === undefined) return;
    if (afterMs === 0) onEnd(now, beganAt, now - beganAt);
    else events.schedule(now + afterMs, (at) => onEnd(at, beganAt, now - beganAt));
  }
  /** Schedules the end of the work that ends first. */
  function schedule(now: number): void {
    const own = (changes += 1);
    const speedOf = createSpeed();
    let first: Work | undefined;
    let leftMs = Infinity;
    for (const work of running) {
      const ownMs = Math.max(0, work.leftMs) / speedOf(work);
      if (ownMs < leftMs) [first, leftMs] = [work, ownMs];
    }
    const ending = first;
    if (ending === undefined) return;
    events.schedule(now + leftMs, (at) => {
      if (changes !== own) return;
      advance(at);
      end(ending, at);
    });
  }

  return {
    createProcess(kind) {
      const queue: Work[] = [];
      function run(workMs: number, now: number, onEnd?: OnEnd, afterMs = 0): number {
        const isRun = kind === 'executor';
        const waitMs = isRun ? Math.min(workMs, runWaitUs / 1_000) : 0;
        const wakeMs = isRun || workMs === 0 || queue.length > 0 ? 0 : wakeUs / 1_000;
        const work: Work = { queue, isRun, onEnd, afterMs, waitMs, leftMs: wakeMs + workMs - waitMs, beganAt: now };
        if (queue.push(work) === 1) begin(work, now);
        return now;
      }
      return {
        finish: (workMs, now, onEnd) => void run(workMs, now, onEnd),
        run,
        clear(now) {
          advance(now);
          for (const work of queue.splice(0)) running.delete(work);
          schedule(now);
        },
      };
    },
  };
}
