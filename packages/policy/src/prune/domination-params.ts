// The limits of measurement noise in comparisons.

export interface DominationParams {
  /** Fraction by which a latency or load time must be smaller to count as better. */
  readonly timeNoise: number;
  /** Fraction by which a memory must be smaller to count as better. */
  readonly memoryNoise: number;
  /** Fraction by which a cost must be smaller to count as better. */
  readonly costNoise: number;
  /** Difference by which an accuracy (a fraction of 1) must be larger to count as better: half a sample of 5,000. */
  readonly accuracyNoise: number;
}

export const defaultDominationParams: DominationParams = {
  timeNoise: 0.05,
  memoryNoise: 0.05,
  costNoise: 0.05,
  accuracyNoise: 1e-4,
};
