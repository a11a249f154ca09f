// Runs work with a time limit.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';

export interface TimeLimit {
  readonly limit: Milliseconds;
  readonly clock: Clock;
  /** The caller's signal. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` with a signal that aborts when the caller's signal aborts or the time limit is reached. Rejects with
 * `deadline-exceeded` at the limit.
 */
export async function withTimeout<T>(
  { limit, clock, signal }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  using _timer = clock.after(limit, () =>
    over.abort(new ParetoError('deadline-exceeded', `the step took more than ${Math.round(limit / 60_000)} minutes`)),
  );
  try {
    return await work(AbortSignal.any([signal, over.signal]));
  } catch (error) {
    throw over.signal.aborted ? over.signal.reason : error;
  }
}
