// Whether a query that got no answer from one replica may be sent again.

export interface FailedAttempt {
  /** `not-executed`: it reached no executor. `lost`: the worker went away with it. `failed`: that was the last word. */
  readonly outcome: 'not-executed' | 'lost' | 'failed';
  readonly requestBytes: number;
  /** Sends of this query so far. */
  readonly attempts: number;
  /** The caller waits no more. */
  readonly isGivenUp: boolean;
  /** Retries that the router has saved up; below nothing when some were had on credit. */
  readonly retryBudget: number;
}

export interface RetryParams {
  /** Sends of one query, the first included. */
  readonly maxAttempts: number;
  /** The largest request that is sent again when a worker went away with it. */
  readonly replayBytes: number;
  /** What each query adds to the savings, as a share of a retry. */
  readonly refillPerQuery: number;
  /** What a router that has had no traffic begins with. */
  readonly initialBudget: number;
  /** The most that is saved up. */
  readonly maxBudget: number;
  /** How far below nothing the savings may go for the first retry of queries that a worker went away with. */
  readonly overdraft: number;
}

export const defaultRetryParams: RetryParams = {
  maxAttempts: 4,
  replayBytes: 256 * 2 ** 10,
  refillPerQuery: 0.2,
  initialBudget: 20,
  maxBudget: 1_000,
  overdraft: 1_000,
};

export function mayRetry(failed: FailedAttempt, params: RetryParams): boolean {
  if (failed.outcome === 'failed' || failed.isGivenUp) return false;
  if (failed.outcome === 'lost' && failed.requestBytes > params.replayBytes) return false;
  const overdraft = failed.outcome === 'lost' && failed.attempts === 1 ? params.overdraft : 0;
  return failed.attempts < params.maxAttempts && failed.retryBudget + overdraft >= 1;
}

/** The savings after one more query. */
export const refillRetryBudget = (retryBudget: number, params: RetryParams): number =>
  Math.min(params.maxBudget, retryBudget + params.refillPerQuery);
