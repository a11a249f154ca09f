// Finds calls whose clients neither send nor read, without a timer for each call.

import { milliseconds, type Clock } from '@pareto/core';

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
  readonly #calls = new Set<Stall>();
  #timer: Disposable | undefined;

  constructor(stallMs: number, clock: Clock) {
    this.#stallMs = stallMs;
    this.#clock = clock;
  }

  add(call: Stall): void {
    this.#calls.add(call);
    if (this.#timer === undefined) this.#schedule();
  }

  delete(call: Stall): void {
    this.#calls.delete(call);
  }

  #schedule(): void {
    this.#timer = this.#clock.after(milliseconds(this.#stallMs / sweeps), () => this.#sweep());
  }

  #sweep(): void {
    this.#timer = undefined;
    for (const call of this.#calls) if (++call.quietSweeps > sweeps) call.onStalled();
    if (this.#calls.size > 0) this.#schedule();
  }
}
