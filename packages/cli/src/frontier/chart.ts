// A chart as data: accuracy against something that is the better the smaller it is.

/** How a point is drawn: on the front, off it, or off it for good. */
type MarkKind = 'front' | 'other' | 'aside';

export interface Mark {
  /** What the point is called in the list beneath; undefined: it is on no front. */
  readonly key: string | undefined;
  readonly name: string;
  readonly kind: MarkKind;
  /** Positive. */
  readonly x: number;
  /** Accuracy, with its 95 % interval. */
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  /** A value on the axis, without its unit. */
  readonly formatX: (value: number) => string;
  /** Those on the front by ascending x, and so by ascending y. */
  readonly marks: readonly Mark[];
}
