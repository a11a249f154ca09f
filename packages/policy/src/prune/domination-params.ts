// What counts as better, and not as noise.

export interface DominationParams {
  /** Shares by which latency, load time, memory and cost must be smaller to count as better. */
  readonly timeNoise: number;
  readonly memoryNoise: number;
  readonly costNoise: number;
  /** By how much accuracy, a fraction of 1, must be larger to count as better: half a sample of 5,000. */
  readonly accuracyNoise: number;
}

export const defaultDominationParams: DominationParams = {
  timeNoise: 0.05,
  memoryNoise: 0.05,
  costNoise: 0.05,
  accuracyNoise: 1e-4,
};
