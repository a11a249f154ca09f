// How fast a replica really works off what is ahead of a query, learned from its answers.

/**
 * Weighted means over answers, the older the less weight: of the wait for each item that was ahead of them, and of how
 * far that was from the mean. Starts as the profile and the way there say.
 */
export interface Pace {
  /** Of the profile, at the replica's ceiling: it works no faster. */
  readonly profiledMs: number;
  readonly weight: number;
  readonly msPerItem: number;
  readonly deviationMs: number;
  /** By how much answers with nothing ahead of them were later than the profile says. */
  readonly lateMs: number;
}

export interface PaceParams {
  /** What a query costs the processes on its way, besides the run, until answers tell. */
  readonly wayMs: number;
}

export const defaultPaceParams: PaceParams = { wayMs: 0.5 };

/** What an answer leaves of the weight of those before it. */
const kept = 0.98;
/** An answer weighs as much as the items that were ahead of it, up to this many: the more, the surer. */
const mostWeight = 16;
/** What the start weighs. */
const startWeight = 64;
/** How much one answer moves `lateMs`, and what a ping leaves of it. */
const lateWeight = 0.1;
const lateKept = 0.5;
/** Mean deviations that are added to the mean, as a margin. */
const margin = 2;

export const startPace = (profiledMs: number, { wayMs }: PaceParams): Pace => ({
  profiledMs,
  weight: startWeight,
  msPerItem: profiledMs + wayMs,
  deviationMs: 0,
  lateMs: 0,
});

/** An answer took `waitedMs` longer than it would have alone, by the profile, and had `aheadItems` ahead of it. */
export function observeWait(pace: Pace, aheadItems: number, waitedMs: number): Pace {
  if (aheadItems <= 0) {
    return { ...pace, lateMs: pace.lateMs + lateWeight * (Math.max(0, waitedMs) - pace.lateMs) };
  }
  const each = Math.max(0, waitedMs - pace.lateMs) / aheadItems;
  const weight = kept * pace.weight + Math.min(mostWeight, aheadItems);
  const share = Math.min(mostWeight, aheadItems) / weight;
  return {
    ...pace,
    weight,
    msPerItem: pace.msPerItem + share * (each - pace.msPerItem),
    deviationMs: pace.deviationMs + share * (Math.abs(each - pace.msPerItem) - pace.deviationMs),
  };
}

/** Nothing was heard of late: what is not tried is not learned, so that lateness is doubted with time. */
export const doubtLateness = (pace: Pace): Pace => ({ ...pace, lateMs: lateKept * pace.lateMs });

/** What one item ahead is taken to cost: the mean and a margin (as TCP's timeout is made), at least what was profiled. */
export const msPerItemAhead = ({ profiledMs, msPerItem, deviationMs }: Pace): number =>
  Math.max(profiledMs, msPerItem + margin * deviationMs);

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
