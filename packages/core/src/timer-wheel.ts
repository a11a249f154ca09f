// Timers of many calls, most of which are cancelled before they are due: starting and cancelling one costs a few assignments,
// and one timer of the clock wakes the wheel for all of them.

import type { Clock } from './clock.js';
import { milliseconds, type Milliseconds } from './units.js';

/** Number of slots, of a millisecond each. A power of two. */
const slotCount = 1024;
/** Longest delay that a timer of Node accepts. */
const maxDelayMs = 2 ** 31 - 1;

/** A timer of a wheel, in the list of its slot. */
class WheelTimer implements Disposable {
  /** Millisecond at which the timer is due. */
  readonly tick: number;
  before: WheelTimer | undefined;
  after: WheelTimer | undefined;
  isListed = true;
  readonly #wheel: TimerWheel;
  #callback: (() => void) | undefined;

  constructor(wheel: TimerWheel, tick: number, callback: () => void) {
    this.#wheel = wheel;
    this.tick = tick;
    this.#callback = callback;
  }

  /** Calls back, unless the timer was disposed. */
  run(): void {
    this.#callback?.();
  }

  [Symbol.dispose](): void {
    this.#callback = undefined;
    if (this.isListed) this.#wheel.remove(this);
  }
}

/** A source of timers that run at most a millisecond late, and in no certain order within that time. */
export class TimerWheel implements Pick<Clock, 'after'> {
  readonly #clock: Clock;
  /** First timers of the lists of the slots. */
  readonly #slots: (WheelTimer | undefined)[] = Array.from({ length: slotCount }, () => undefined);
  #count = 0;
  /** Last millisecond whose timers have run. */
  #ranTick: number;
  #wakeTick = Infinity;
  #wake: Disposable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ranTick = Math.floor(clock.now());
  }

  after(delay: Milliseconds, callback: () => void): Disposable {
    const own = this.#clock.shortened?.(delay) ?? delay;
    const tick = Math.max(this.#ranTick + 1, Math.ceil(this.#clock.now() + own));
    const timer = new WheelTimer(this, tick, callback);
    const slot = tick & (slotCount - 1);
    const first = this.#slots[slot];
    timer.after = first;
    if (first !== undefined) first.before = timer;
    this.#slots[slot] = timer;
    this.#count++;
    if (tick < this.#wakeTick) this.#wakeAt(tick);
    return timer;
  }

  /** Removes a timer from its slot. Only timers call it. */
  remove(timer: WheelTimer): void {
    timer.isListed = false;
    this.#count--;
    if (timer.before === undefined) this.#slots[timer.tick & (slotCount - 1)] = timer.after;
    else timer.before.after = timer.after;
    if (timer.after !== undefined) timer.after.before = timer.before;
    // Else a removed timer in the old generation would keep those that were next to it, and all that they refer to.
    timer.before = undefined;
    timer.after = undefined;
  }

  /** Wakes the wheel at a tick. It may find that the timer for which it wakes was disposed. */
  #wakeAt(tick: number): void {
    this.#wake?.[Symbol.dispose]();
    this.#wakeTick = tick;
    const delayMs = Math.min(maxDelayMs, Math.max(0, tick - this.#clock.now()));
    this.#wake = this.#clock.after(milliseconds(delayMs), () => this.#run());
  }

  #run(): void {
    const now = Math.floor(this.#clock.now());
    const due: WheelTimer[] = [];
    for (let tick = Math.max(this.#ranTick + 1, now - slotCount + 1); tick <= now; tick++) {
      for (let timer = this.#slots[tick & (slotCount - 1)]; timer !== undefined; timer = timer.after) {
        if (timer.tick <= now) due.push(timer);
      }
    }
    this.#ranTick = now;
    for (const timer of due) this.remove(timer);
    this.#wakeTick = Infinity;
    if (this.#count > 0) this.#wakeAt(this.#nextTick());
    for (const timer of due) timer.run();
  }

  /** Returns the tick of the next timer. Infinite if no timer is ever due. */
  #nextTick(): number {
    let later = Infinity;
    for (let tick = this.#ranTick + 1; tick <= this.#ranTick + slotCount; tick++) {
      for (let timer = this.#slots[tick & (slotCount - 1)]; timer !== undefined; timer = timer.after) {
        if (timer.tick === tick) return tick;
        later = Math.min(later, timer.tick);
      }
    }
    return later;
  }
}
