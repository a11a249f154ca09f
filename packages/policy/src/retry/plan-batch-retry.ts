// What becomes of the queries of a batch that got no answer.

/** The model said no, or its executor died while the batch ran, or while it still waited in the executor. */
export type BatchFailure = 'failed' | 'died-running' | 'died-waiting';

export interface Batched {
  /** Executors that died while they ran it. */
  readonly deaths: number;
  /** It shares a batch with no other: something went wrong when it did. */
  readonly alone: boolean;
}

export interface BatchRetryPlan<T extends Batched> {
  /** To be run again, in this order, before what is queued. */
  readonly retry: readonly T[];
  /** Answered with the failure. */
  readonly fail: readonly T[];
}

/** Each query of a batch that failed is tried alone; one whose run ended a second executor is not tried again. */
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
