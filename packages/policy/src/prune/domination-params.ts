// The margins within which the figures of two variants count as equal.

export interface DominationParams {
  /** Fraction of a p99. */
  readonly latencyMargin: number;
  /** Fraction of a cost. */
  readonly costMargin: number;
  /** Fraction of a memory. */
  readonly memoryMargin: number;
  /** Fraction of a load time. */
  readonly loadMargin: number;
  /** Difference by which an accuracy (a fraction of 1) must be larger to count as better: half a sample of 5,000. */
  readonly accuracyNoise: number;
}

export const defaultDominationParams: DominationParams = {
  latencyMargin: 0.05,
  costMargin: 0.05,
  memoryMargin: 0.1,
  loadMargin: 0.2,
  accuracyNoise: 1e-4,
};
