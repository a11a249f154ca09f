// Ratios of figures that were measured directly after each other.

import { percentile } from '@pareto/core';

/** A figure of ONNX Runtime alone, directly before and after what it is compared with. */
export interface Around {
  readonly before: number;
  readonly after: number;
}

/** Returns whether the figures differ by at most a fraction of the lower one, so that the machine was equally fast. */
export const isSteady = ({ before, after }: Around, maxDrift: number): boolean =>
  Math.max(before, after) <= (1 + maxDrift) * Math.min(before, after);

export const meanOf = ({ before, after }: Around): number => (before + after) / 2;

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Returns the median of values with their range. The lower one of the two middle values if their number is even. */
export function spreadOf(values: readonly number[]): Spread {
  const ascending = values.toSorted((a, b) => a - b);
  return {
    median: percentile(ascending, 0.5),
    min: ascending[0] ?? NaN,
    max: ascending.at(-1) ?? NaN,
  };
}
