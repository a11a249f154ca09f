// The decision to resend a query that got no answer from a replica. The router core (`updateLoad`) marks the replica or the worker
// that failed, and then decides again where to.

export interface FailedAttempt {
  /**
   * `not-executed`: the query reached no executor. `not-sent`: the worker disappeared before it had the query. `lost`:
   * the worker disappeared while it had the query. `refused`: the replica could not meet its objective. `failed`: the
   * error is final.
   */
  readonly outcome: 'not-executed' | 'not-sent' | 'lost' | 'refused' | 'failed';
  readonly requestBytes: number;
  /** Sends of this query so far. */
  readonly attempts: number;
  /** Number of these sends, including the last, after which the worker disappeared. */
  readonly losses: number;
  /** Set if the caller no longer waits. */
  readonly isGivenUp: boolean;
  /** Retries left in the router's budget. Negative after an overdraft. */
  readonly retryBudget: number;
}

export interface RetryParams {
  /** Maximum number of sends of one query, including the first. */
  readonly maxAttempts: number;
  /** The same for a query that was refused: each refusal takes time that it does not have. */
  readonly maxRefused: number;
  /** Budget that queries which were refused leave to others. */
  readonly keptBudget: number;
  /** Maximum size of a request that is resent after its worker disappeared. */
  readonly replayBytes: number;
  /** Fraction of a retry that each query adds to the budget. */
  readonly refillPerQuery: number;
  /** Budget of a router that has had no traffic yet. */
  readonly initialBudget: number;
  /** Upper limit of the budget. */
  readonly maxBudget: number;
  /** Amount by which first retries of the queries of a lost worker may overdraw the budget. */
  readonly overdraft: number;
}

export const defaultRetryParams: RetryParams = {
  maxAttempts: 4,
  maxRefused: 3,
  keptBudget: 10,
  replayBytes: 256 * 2 ** 10,
  refillPerQuery: 0.2,
  initialBudget: 20,
  maxBudget: 1_000,
  overdraft: 1_000,
};

export function mayRetry(failed: FailedAttempt, params: RetryParams): boolean {
  if (failed.outcome === 'failed' || failed.isGivenUp) return false;
  if (failed.outcome === 'lost' && !mayReplay(failed, params)) return false;
  const isWorkerLost = failed.outcome === 'lost' || failed.outcome === 'not-sent';
  const overdraft = isWorkerLost && failed.attempts === 1 ? params.overdraft : 0;
  const isRefused = failed.outcome === 'refused';
  const [maxAttempts, kept] = isRefused ? [params.maxRefused, params.keptBudget] : [params.maxAttempts, 0];
  return failed.attempts < maxAttempts && failed.retryBudget + overdraft - kept >= 1;
}

/** A query may be why its worker disappeared. It is replayed once, so that it takes at most two workers with it. */
const mayReplay = ({ requestBytes, losses }: FailedAttempt, params: RetryParams): boolean =>
  requestBytes <= params.replayBytes && losses <= 1;

/** Returns the budget after one more query. */
export const refillRetryBudget = (retryBudget: number, params: RetryParams): number =>
  Math.min(params.maxBudget, retryBudget + params.refillPerQuery);
