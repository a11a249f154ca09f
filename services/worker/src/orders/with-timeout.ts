// Work that may take only so long.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';

export interface TimeLimit {
  readonly limit: Milliseconds;
  readonly clock: Clock;
  /** Of whoever wants the work. */
  readonly signal: AbortSignal;
}

/** Gives `work` a signal that aborts with the caller's, and when the time is over; then this rejects, whatever `work` throws. */
export async function withTimeout<T>(
  { limit, clock, signal }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  using _timer = clock.after(limit, () =>
    over.abort(new ParetoError('deadline-exceeded', `it took more than ${Math.round(limit / 60_000)} minutes`)),
  );
  try {
    return await work(AbortSignal.any([signal, over.signal]));
  } catch (error) {
    throw over.signal.aborted ? over.signal.reason : error;
  }
}
