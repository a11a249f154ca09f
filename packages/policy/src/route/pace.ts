// The pace at which a replica really works through its queue, estimated from its answers.

/**
 * Estimates for one replica. A few answers that are late for other reasons (a pause, a neighbour) hardly change them.
 */
export interface Pace {
  /** Time per item at the replica's batch ceiling, from the profile: a lower bound. */
  readonly profiledMs: number;
  /** Estimated 80th percentile of the wait per item ahead. */
  readonly msPerItem: number;
  /** Lateness relative to the profile of the fastest of the last answers that had nothing ahead of them. */
  readonly lateMs: number;
  /** Minimum lateness of the answers that are being gathered for the next estimate. */
  readonly minLateMs: number;
  /** Number of answers gathered so far. */
  readonly gathered: number;
}

export interface PaceParams {
  /** Initial estimate of the time per query outside of the run. */
  readonly wayMs: number;
}

export const defaultPaceParams: PaceParams = { wayMs: 0.5 };

/** Quantile of waits that is tracked, and the step of its logarithm per answer. */
const quantile = 0.8;
const step = 0.1;
/** Waits behind fewer items slow the estimate less: they may reflect a pause rather than the pace. */
const surelySlowBehind = 8;
/** Number of answers that each lateness is the minimum of, and the share that decay keeps. */
const lateAnswers = 8;
const lateKept = 0.5;

export const startPace = (profiledMs: number, { wayMs }: PaceParams): Pace => ({
  profiledMs,
  msPerItem: profiledMs + wayMs,
  lateMs: 0,
  minLateMs: Infinity,
  gathered: 0,
});

/**
 * Returns the estimates after an answer that took `waitedMs` longer than its profiled time, with `aheadItems` ahead of
 * it.
 */
export function observeWait(pace: Pace, aheadItems: number, waitedMs: number): Pace {
  const each = (waitedMs - pace.lateMs) / Math.max(1, aheadItems);
  const isSlower = each > pace.msPerItem;
  // Without items ahead, an answer can only lower the pace. Otherwise a replica that gets no load would never recover.
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

/** Reduces the lateness of a replica without recent answers, so that it is tried again. */
export const decayLateness = (pace: Pace): Pace => ({ ...pace, lateMs: lateKept * pace.lateMs });

export interface ReplicaLoad {
  /** Backlog that the worker last reported. */
  readonly backlogMs: number;
  /** Queued items that the worker last reported. */
  readonly queuedItems: number;
  /** Items that this router has sent since that report. */
  readonly sentItems: number;
  /** Unanswered items of this router: in flight, queued or running. */
  readonly pendingItems: number;
}

/** Returns the items ahead of the next query. This router's own count covers items that have not reached the worker. */
export const itemsAhead = ({ queuedItems, sentItems, pendingItems }: ReplicaLoad): number =>
  Math.max(queuedItems + sentItems, pendingItems);

/**
 * Returns the predicted wait of the next query: the larger of the reported backlog and the items ahead at the replica's
 * pace.
 */
export function waitOf(load: ReplicaLoad, pace: Pace): number {
  const each = pace.msPerItem;
  return pace.lateMs + Math.max(load.backlogMs + load.sentItems * each, itemsAhead(load) * each);
}
