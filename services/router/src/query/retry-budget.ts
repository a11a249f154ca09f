// How much of the traffic may be retries: each query earns a fifth of a retry, so that trouble is not multiplied.

export interface RetryBudget {
  earn(): void;
  /** False when it is spent. */
  spend(): boolean;
}

const earnedPerQuery = 0.2;
/** Retries kept for a router that has had little traffic, and the most that it saves up. */
const savedRetries = 20;

export function createRetryBudget(): RetryBudget {
  let balance = savedRetries;
  return {
    earn: () => void (balance = Math.min(savedRetries, balance + earnedPerQuery)),
    spend() {
      if (balance < 1) return false;
      balance -= 1;
      return true;
    },
  };
}
