// Finds calls whose clients neither send nor read, without a timer for each call.

import { milliseconds, SlotList, type Clock } from '@pareto/core';

/** A call in the watch. */
export interface Stall {
  /** Number of sweeps since the client has sent or read something. The call sets it to 0 whenever that happens. */
  quietSweeps: number;
  /** Called when nothing happened for the time. The call may be idle without being stalled. */
  onStalled(): void;
}

/** Number of sweeps in the time. A call is found up to a quarter late. */
const sweeps = 4;

export class StallWatch {
  readonly #stallMs: number;
  readonly #clock: Clock;
  readonly #calls = new SlotList<Stall>();
  #timer: Disposable | undefined;

  constructor(stallMs: number, clock: Clock) {
    this.#stallMs = stallMs;
    this.#clock = clock;
  }

  /** Returns the slot of the call, by which it is removed. */
  add(call: Stall): number {
    if (this.#timer === undefined) this.#schedule();
    return this.#calls.add(call);
  }

  remove(slot: number): void {
    this.#calls.remove(slot);
  }

  #schedule(): void {
    this.#timer = this.#clock.after(milliseconds(this.#stallMs / sweeps), () => this.#sweep());
  }

  #sweep(): void {
    this.#timer = undefined;
    for (const call of this.#calls.all()) if (++call.quietSweeps > sweeps) call.onStalled();
    if (this.#calls.size > 0) this.#schedule();
  }
}
