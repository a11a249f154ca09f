// Retries of the queries of a failed batch on a worker.

/**
 * Cause of the failure: the model returned an error, or its executor died while the batch ran, or while the batch still
 * waited in the executor.
 */
export type BatchFailure = 'failed' | 'died-running' | 'died-waiting';

export interface Batched {
  /** Number of executors that died while they ran the query. */
  readonly deaths: number;
  /** Set if the query must run in a batch of its own, because a shared one failed. */
  readonly alone: boolean;
}

export interface BatchRetryPlan<T extends Batched> {
  /** Queries to run again, in this order, before the queued ones. */
  readonly retry: readonly T[];
  /** Queries to answer with the failure. */
  readonly fail: readonly T[];
}

/** Returns a retry alone for each query of a failed batch, except queries that have killed two executors. */
export function planBatchRetry<T extends Batched>(batch: readonly T[], failure: BatchFailure): BatchRetryPlan<T> {
  switch (failure) {
    case 'died-waiting':
      return { retry: batch, fail: [] };
    case 'failed':
      if (batch.length === 1) return { retry: [], fail: batch };
      return { retry: batch.map((query) => ({ ...query, alone: true })), fail: [] };
    case 'died-running': {
      const first = batch.filter(({ deaths }) => deaths === 0);
      const retry = first.map((query) => ({ ...query, alone: true, deaths: 1 }));
      return { retry, fail: batch.filter(({ deaths }) => deaths > 0) };
    }
  }
}
