// What ends the wait of a held query: a timer, or its caller.

import { milliseconds, ParetoError, type Clock, type VariantId } from '@pareto/core';
import type { HoldEnd } from '@pareto/policy';
import { limitError } from '@pareto/protocol';

export interface HeldQueryOptions {
  /** The caller's signal. */
  readonly signal: AbortSignal;
  /** Time until which the query may be held. */
  readonly until: number;
  readonly onTimeout: () => void;
  /** Called when the caller cancels, whether the query waits or not. */
  readonly onAborted: () => void;
  readonly clock: Clock;
}

/** Ends the wait of a query, until the result is disposed. */
export function holdQuery({ signal, until, onTimeout, onAborted, clock }: HeldQueryOptions): Disposable {
  const timer = clock.after(milliseconds(until - clock.now()), onTimeout);
  signal.addEventListener('abort', onAborted);
  return {
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', onAborted);
    },
  };
}

/** Returns the error of a query that was held for `variant` without success. */
export function holdError(end: HoldEnd, variant: VariantId | undefined, maxHoldMs: number): ParetoError {
  switch (end) {
    case 'draining':
      return new ParetoError('unavailable', 'this router is shutting down; retry on another router');
    case 'deadline':
      return new ParetoError('deadline-exceeded', `the deadline passed while variant ${variant} was being loaded`);
    case 'too-long':
      return limitError(
        'heldQueries',
        'resource-exhausted',
        `variant ${variant} was not loaded within ${maxHoldMs} ms`,
      );
  }
}
