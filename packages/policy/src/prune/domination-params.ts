// The margins within which the figures of two variants count as equal.

import { defaultAccuracyParams, type AccuracyParams } from '../compare/compare-accuracies.js';

export interface DominationParams extends AccuracyParams {
  /** Fraction of a p99. */
  readonly latencyMargin: number;
  /** Fraction of a cost. */
  readonly costMargin: number;
  /** Fraction of a memory. */
  readonly memoryMargin: number;
  /** Fraction of a load time. */
  readonly loadMargin: number;
}

export const defaultDominationParams: DominationParams = {
  latencyMargin: 0.05,
  costMargin: 0.05,
  memoryMargin: 0.1,
  loadMargin: 0.2,
  ...defaultAccuracyParams,
};
