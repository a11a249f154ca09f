// What happens to a replica that has no executor: whether another one is loaded, and when.

import { isQuarantined } from '../lifecycle/quarantine.js';

/**
 * Cause of a load that failed: the files could not be fetched, or another model ended the process that they share (`unavailable`), the
 * runtime rejected the model, so that loading it again would fail too (`rejected`), or anything else.
 */
export type LoadFailure = 'unavailable' | 'rejected' | 'failed';

export interface ReloadParams {
  /** Number of failed loads in a row after which the replica has failed. Those that are `unavailable` do not count. */
  readonly maxFailures: number;
  /** Pause before the next load, which doubles with each failed one, and its maximum, in ms. */
  readonly pauseMs: number;
  readonly maxPauseMs: number;
}

export const defaultReloadParams: ReloadParams = { maxFailures: 3, pauseMs: 250, maxPauseMs: 5_000 };

/** Returns the pause before the next load after `failures` that count. Undefined if the replica has failed. */
export function pauseAfterFailure(
  failures: number,
  cause: LoadFailure,
  { maxFailures, pauseMs, maxPauseMs }: ReloadParams,
): number | undefined {
  if (cause === 'rejected' || failures >= maxFailures) return undefined;
  return Math.min(maxPauseMs, pauseMs * 2 ** failures);
}

/** Returns why an executor that has died is not replaced. Undefined if it is. */
export const reasonNotToReplace = (poisonousQueries: number, death: string): string | undefined =>
  isQuarantined(poisonousQueries)
    ? `quarantined: ${poisonousQueries} queries killed two executors each; the last one: ${death}`
    : undefined;
