// A level that changes at times, such as a number of busy slots, and its integral over each step.

export interface Level {
  add(difference: number, now: number): void;
  /** Integrates until now. */
  advance(now: number): void;
  /** Integral of each step, in units of the level times ms. */
  readonly sums: Float64Array;
}

/** The steps begin at `startsAt`, and the last one may be shorter. What is before them, or after `durationMs`, does not count. */
export function createLevel(durationMs: number, stepMs: number, startsAt: number): Level {
  const sums = new Float64Array(Math.ceil(durationMs / stepMs));
  const endsAt = startsAt + durationMs;
  let level = 0;
  let since = startsAt;
  let step = 0;
  function advance(now: number): void {
    const until = Math.min(now, endsAt);
    while (since < until) {
      const stepEndsAt = startsAt + (step + 1) * stepMs;
      const at = Math.min(until, stepEndsAt);
      sums[step] = (sums[step] ?? 0) + level * (at - since);
      since = at;
      if (at === stepEndsAt) step += 1;
    }
  }
  return {
    sums,
    advance,
    add(difference, now) {
      advance(now);
      level += difference;
    },
  };
}
