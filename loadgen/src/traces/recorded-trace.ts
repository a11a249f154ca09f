// The content of a trace file.

/** Arrivals, with times in ms from the first row: the time of each, or the number in each interval. */
export type RecordedTrace =
  | { readonly form: 'times'; readonly timesMs: Float64Array }
  | {
      readonly form: 'counts';
      readonly intervalMs: number;
      /** Starts of the intervals that have data, ascending. */
      readonly startsMs: Float64Array;
      readonly counts: Float64Array;
    };
