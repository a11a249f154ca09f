// A level that changes at times, such as a number of busy slots, and its integral over each step.

export interface Level {
  add(difference: number, now: number): void;
  /** Integrates until now. */
  advance(now: number): void;
  /** Integral of each step, in units of the level times ms. */
  readonly sums: Float64Array;
}

class SteppedLevel implements Level {
  readonly sums: Float64Array;
  readonly #stepMs: number;
  readonly #startsAt: number;
  readonly #endsAt: number;
  #level = 0;
  #since: number;
  #step = 0;

  constructor(durationMs: number, stepMs: number, startsAt: number) {
    this.sums = new Float64Array(Math.ceil(durationMs / stepMs));
    this.#stepMs = stepMs;
    this.#startsAt = startsAt;
    this.#endsAt = startsAt + durationMs;
    this.#since = startsAt;
  }

  advance(now: number): void {
    const until = Math.min(now, this.#endsAt);
    while (this.#since < until) {
      const stepEndsAt = this.#startsAt + (this.#step + 1) * this.#stepMs;
      const at = Math.min(until, stepEndsAt);
      this.sums[this.#step] = (this.sums[this.#step] ?? 0) + this.#level * (at - this.#since);
      this.#since = at;
      if (at === stepEndsAt) this.#step += 1;
    }
  }

  add(difference: number, now: number): void {
    this.advance(now);
    this.#level += difference;
  }
}

/** The steps begin at `startsAt`, and the last one may be shorter. What is before them, or after `durationMs`, does not count. */
export const createLevel = (durationMs: number, stepMs: number, startsAt: number): Level =>
  new SteppedLevel(durationMs, stepMs, startsAt);
