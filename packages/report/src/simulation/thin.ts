// Intervals of several steps, so that a day by the second can be drawn.

/** Numbers of steps that are whole seconds, minutes or hours if a step is a second. */
const roundNumbers = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600];

export interface Thinning {
  readonly intervals: number;
  readonly stepsPerInterval: number;
  /** Returns the number of steps of each interval that a series has. */
  counts(values: readonly number[]): readonly number[];
  /** Returns the sum of each interval. */
  sums(values: readonly number[]): readonly number[];
}

/** Divides steps into at most `maxIntervals` intervals. */
export function createThinning(steps: number, maxIntervals: number): Thinning {
  const least = Math.ceil(steps / maxIntervals);
  const stepsPerInterval = roundNumbers.find((each) => each >= least) ?? least;
  const intervals = Math.ceil(steps / stepsPerInterval);
  return {
    ...{ intervals, stepsPerInterval },
    counts: ({ length }) =>
      Array.from({ length: intervals }, (_, index) =>
        Math.max(0, Math.min(stepsPerInterval, length - index * stepsPerInterval)),
      ),
    sums: (values) =>
      Array.from({ length: intervals }, (_, index) => {
        const end = Math.min(values.length, (index + 1) * stepsPerInterval);
        let sum = 0;
        for (let step = index * stepsPerInterval; step < end; step++) sum += values[step] ?? 0;
        return sum;
      }),
  };
}
