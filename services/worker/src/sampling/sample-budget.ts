// How long samples are gone through: to the last, or until there are enough where it takes long.

import { milliseconds, type Clock } from '@pareto/core';
import type { StepContext } from '../orders/step-context.js';

export interface SampleBudget {
  /** Whether to go on after `done` of `all`. Throws the signal's reason when it has aborted. */
  shouldContinue(done: number, all: number): boolean;
}

/** From the first call on. */
const maxDuration = milliseconds(120_000);
const minSamples = 50;

/** `what`: told with how far it is, for people. */
export function createSampleBudget(
  what: string | undefined,
  { reportProgress, signal, clock }: StepContext & { readonly clock: Clock },
): SampleBudget {
  let began: number | undefined;
  return {
    shouldContinue(done, all) {
      signal.throwIfAborted();
      if (what !== undefined) reportProgress(`${what} ${done}/${all}`);
      began ??= clock.now();
      return done < all && (done < minSamples || clock.now() - began < maxDuration);
    },
  };
}
