// What becomes of the queries of a batch that got no answer.

/** The model said no, or its executor died while the batch ran, or while it still waited in the executor. */
export type BatchFailure = 'failed' | 'died-running' | 'died-waiting';

export interface Batched {
  /** Executors that died while they ran it. */
  readonly deaths: number;
  /** It shares a batch with no other: something went wrong when it did. */
  readonly alone: boolean;
}

export interface Aftermath<T extends Batched> {
  /** To be run again, in this order, before what is queued. */
  readonly again: readonly T[];
  /** Answered with the failure. */
  readonly ended: readonly T[];
}

/** Each query of a batch that failed is tried alone; one whose run ended a second executor is not tried again. */
export function planAftermath<T extends Batched>(batch: readonly T[], failure: BatchFailure): Aftermath<T> {
  switch (failure) {
    case 'died-waiting':
      return { again: batch, ended: [] };
    case 'failed':
      if (batch.length === 1) return { again: [], ended: batch };
      return { again: batch.map((query) => ({ ...query, alone: true })), ended: [] };
    case 'died-running': {
      const first = batch.filter(({ deaths }) => deaths === 0);
      const again = first.map((query) => ({ ...query, alone: true, deaths: 1 }));
      return { again, ended: batch.filter(({ deaths }) => deaths > 0) };
    }
  }
}
