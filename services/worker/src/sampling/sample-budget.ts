// Limits the time spent on a list of samples: all of them, or fewer if they take long.

import { milliseconds, type Clock } from '@pareto/core';
import type { StepContext } from '../orders/step-context.js';

export interface SampleBudget {
  /** Returns whether to continue after `done` of `all` samples. Throws the signal's reason if it has aborted. */
  shouldContinue(done: number, all: number): boolean;
}

/** Time from the first call after which `minSamples` are enough. */
const maxDuration = milliseconds(120_000);
const minSamples = 50;

/** Creates a budget. `what` names the work in progress reports; without it there are none. */
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
