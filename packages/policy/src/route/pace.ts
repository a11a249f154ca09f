// How fast a replica really works off what is ahead of a query, learned from its answers.

/** Both estimates shrug off a few answers that were late for a reason of their own (a pause, a neighbour). */
export interface Pace {
  /** Of the profile, at the replica's ceiling: it works no faster. */
  readonly profiledMs: number;
  /** What four of five answers waited for each item ahead of them, at most. */
  readonly msPerItem: number;
  /** By how much even the fastest of the last answers with nothing ahead of them was later than the profile says. */
  readonly lateMs: number;
  /** The same of those that are being gathered, and their number. */
  readonly minLateMs: number;
  readonly gathered: number;
}

export interface PaceParams {
  /** What a query costs the processes on its way, besides the run, until answers tell. */
  readonly wayMs: number;
}

export const defaultPaceParams: PaceParams = { wayMs: 0.5 };

/** The quantile of waits that is followed, and how far one answer moves it, in the logarithm. */
const quantile = 0.8;
const step = 0.1;
/** A wait behind fewer items tells less of their pace than of pauses: it slows less. */
const surelySlowBehind = 8;
/** Answers that lateness is the least of; what a ping leaves of it when nothing was heard. */
const lateAnswers = 8;
const lateKept = 0.5;

export const startPace = (profiledMs: number, { wayMs }: PaceParams): Pace => ({
  profiledMs,
  msPerItem: profiledMs + wayMs,
  lateMs: 0,
  minLateMs: Infinity,
  gathered: 0,
});

/** An answer took `waitedMs` longer than it would have alone, by the profile, and had `aheadItems` ahead of it. */
export function observeWait(pace: Pace, aheadItems: number, waitedMs: number): Pace {
  const each = (waitedMs - pace.lateMs) / Math.max(1, aheadItems);
  const isSlower = each > pace.msPerItem;
  // With nothing ahead it can only tell that an item costs less: else the pace of one that is held back would never mend.
  if (aheadItems <= 0) return observeLate(isSlower ? pace : paceBy(pace, quantile - 1), Math.max(0, waitedMs));
  return paceBy(pace, isSlower ? quantile * Math.min(1, aheadItems / surelySlowBehind) : quantile - 1);
}

const paceBy = (pace: Pace, direction: number): Pace => ({
  ...pace,
  msPerItem: Math.max(pace.profiledMs, pace.msPerItem * Math.exp(step * direction)),
});

function observeLate(pace: Pace, lateMs: number): Pace {
  const minLateMs = Math.min(pace.minLateMs, lateMs);
  const gathered = pace.gathered + 1;
  if (gathered < lateAnswers) return { ...pace, lateMs: Math.min(pace.lateMs, lateMs), minLateMs, gathered };
  return { ...pace, lateMs: minLateMs, minLateMs: Infinity, gathered: 0 };
}

/** Nothing was heard of late: what is not tried is not learned, so that lateness is doubted with time. */
export const decayLateness = (pace: Pace): Pace => ({ ...pace, lateMs: lateKept * pace.lateMs });

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
  const each = pace.msPerItem;
  return pace.lateMs + Math.max(load.backlogMs + load.sentItems * each, itemsAhead(load) * each);
}
