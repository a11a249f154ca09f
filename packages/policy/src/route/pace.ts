// How fast a replica really works off what is ahead of a query, learned from its answers.

/**
 * Least squares through the origin of the wait of an answer over the items that were ahead of it when it was sent, the
 * older the less weight. Starts as the profile says.
 */
export interface Pace {
  /** Of the profile, at the replica's ceiling: it works no faster. */
  readonly profiledMs: number;
  /** Weighted sums of items², of items × wait, and of items × |wait - expected wait|. */
  readonly squares: number;
  readonly products: number;
  readonly deviations: number;
  /** By how much answers with nothing ahead of them were later than the profile says. */
  readonly lateMs: number;
}

/** What an answer leaves of the weight of those before it. */
const kept = 0.98;
/** How much one answer moves `lateMs`, and what a ping leaves of it. */
const lateWeight = 0.1;
const lateKept = 0.5;
/** The profile weighs as much as this many answers with one item ahead. */
const startWeight = 64;
/** Mean deviations that are added to the mean, as a margin. */
const margin = 2;

export const startPace = (profiledMs: number): Pace => ({
  profiledMs,
  squares: startWeight,
  products: startWeight * profiledMs,
  deviations: 0,
  lateMs: 0,
});

/** An answer took `waitedMs` longer than it would have alone, by the profile, and had `aheadItems` ahead of it. */
export function observeWait(pace: Pace, aheadItems: number, waitedMs: number): Pace {
  if (aheadItems === 0) {
    return { ...pace, lateMs: pace.lateMs + lateWeight * (Math.max(0, waitedMs) - pace.lateMs) };
  }
  const wait = Math.max(0, waitedMs - pace.lateMs);
  const expected = (aheadItems * pace.products) / pace.squares;
  return {
    ...pace,
    squares: kept * pace.squares + aheadItems ** 2,
    products: kept * pace.products + aheadItems * wait,
    deviations: kept * pace.deviations + aheadItems * Math.abs(wait - expected),
  };
}

/** Nothing was heard of late: what is not tried is not learned, so that lateness is doubted with time. */
export const doubtLateness = (pace: Pace): Pace => ({ ...pace, lateMs: lateKept * pace.lateMs });

/** What one item ahead is taken to cost: the mean and a margin (as TCP's timeout is made), at least what was profiled. */
export const msPerItemAhead = ({ profiledMs, squares, products, deviations }: Pace): number =>
  Math.max(profiledMs, (products + margin * deviations) / squares);

export interface ReplicaLoad {
  /** As the worker last told. */
  readonly backlogMs: number;
  readonly queuedItems: number;
  /** By this router, since then. */
  readonly sentItems: number;
  /** This router's that were not answered yet, wherever they are: on the way, queued, running. */
  readonly pendingItems: number;
}

/** What is ahead of the next query. A worker can't tell of what has not reached it: this router's own count does. */
export const itemsAhead = ({ queuedItems, sentItems, pendingItems }: ReplicaLoad): number =>
  Math.max(queuedItems + sentItems, pendingItems);

/** Predicted until the next query starts: the longer of what the worker said and what is ahead at the replica's pace. */
export function waitOf(load: ReplicaLoad, pace: Pace): number {
  const each = msPerItemAhead(pace);
  return pace.lateMs + Math.max(load.backlogMs + load.sentItems * each, itemsAhead(load) * each);
}
