// Data of a chart: the metric of a task against a quantity of which less is better.

/** Style of a point: `front` on the front, `other` usable but not on it, `aside` not usable. */
type MarkKind = 'front' | 'other' | 'aside';

export interface Mark {
  /** Label of the point in the list below the chart. Undefined if it is on no front. */
  readonly key: string | undefined;
  readonly name: string;
  readonly kind: MarkKind;
  /** Value on the x axis, positive. */
  readonly x: number;
  /** Value of the metric, with its 95 % interval. Negated if less is better, so that better marks are higher. */
  readonly y: number;
  readonly low: number;
  readonly high: number;
  /** The value and its interval as text. */
  readonly accuracy: string;
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  /** A value on the axis, without its unit. */
  readonly formatX: (value: number) => string;
  readonly yLabel: string;
  /** A value on the y axis, whose ticks are `step` apart. */
  readonly formatY: (value: number, step: number) => string;
  readonly marks: readonly Mark[];
}
