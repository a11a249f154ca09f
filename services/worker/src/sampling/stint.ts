// How long samples are gone through: to the last, or until there are enough where it takes long.

import { milliseconds, type Clock } from '@pareto/core';
import type { StepContext } from '../orders/step-context.js';

export interface Stint {
  /** Whether to go on after `done` of `all`. Throws the signal's reason when it has aborted. */
  goesOn(done: number, all: number): boolean;
}

/** From the first call on. */
const longEnough = milliseconds(120_000);
const enoughSamples = 50;

/** `what`: told with how far it is, for people. */
export function createStint(
  what: string | undefined,
  { reportProgress, signal, clock }: StepContext & { readonly clock: Clock },
): Stint {
  let began: number | undefined;
  return {
    goesOn(done, all) {
      signal.throwIfAborted();
      if (what !== undefined) reportProgress(`${what} ${done}/${all}`);
      began ??= clock.now();
      return done < all && (done < enoughSamples || clock.now() - began < longEnough);
    },
  };
}
