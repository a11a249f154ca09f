// Values over time, as charts draw them.

/** A value for each interval. Null where there is none. */
export type Values = readonly (number | null)[];

export interface Series {
  readonly name: string;
  /** Name of a variable of the style sheet. */
  readonly color: string;
  readonly values: Values;
}

/** The time axis of a page: its intervals have the same length. */
export interface Intervals {
  readonly intervalS: number;
  readonly intervals: number;
}

/** Rounds to four digits. A chart cannot show more. */
export const roundForChart = (value: number): number => Number(value.toPrecision(4));
