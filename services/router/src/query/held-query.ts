// What a held query needs in this process: it counts as demand for the variant that it waits for, until a timer or its caller
// ends the wait.

import { milliseconds, ParetoError, type Clock, type VariantId } from '@pareto/core';
import type { HoldEnd } from '@pareto/policy';
import { limitError } from '@pareto/protocol';
import type { DemandRecorder } from '../demand/demand-recorder.js';
import type { ResolvedQuery } from '../resolve/resolve.js';

export interface HeldQueryOptions {
  readonly demand: Pick<DemandRecorder, 'held'>;
  /** The caller's signal. */
  readonly signal: AbortSignal;
  /** Time until which the query may be held. */
  readonly until: number;
  readonly onTimeout: () => void;
  /** Called when the caller has cancelled, whether the query waits or not. */
  readonly onAborted: () => void;
  readonly clock: Clock;
}

export interface HeldQuery extends Disposable {
  /** Counts the query as demand for a variant. */
  wait(variant: VariantId, resolved: ResolvedQuery): void;
  /** Stops counting the query, which does not wait any more. */
  resume(): void;
}

export function holdQuery({ demand, signal, until, onTimeout, onAborted, clock }: HeldQueryOptions): HeldQuery {
  const timer = clock.after(milliseconds(until - clock.now()), onTimeout);
  let counted: Disposable | undefined;
  signal.addEventListener('abort', onAborted);

  function resume(): void {
    counted?.[Symbol.dispose]();
    counted = undefined;
  }
  return {
    wait(variant, resolved) {
      resume();
      counted = demand.held(resolved, variant);
      if (signal.aborted) onAborted();
    },
    resume,
    [Symbol.dispose]() {
      resume();
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
