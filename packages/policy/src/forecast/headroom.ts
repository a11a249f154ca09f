// The part of the way from the rate of a class to its envelope that planning adds: as much as keeps the share of missed items.

import type { Milliseconds } from '@pareto/core';

export interface HeadroomParams {
  /** Share of the items that may be missed. */
  readonly missedShare: number;
  /** Growth of the part in a second, for each part of the items that is missed beyond the share. */
  readonly gain: number;
  /** Share of missed items that counts at most: if more are missed, replicas are lacking for the rate itself. */
  readonly maxMissedShare: number;
  /** Greatest part. More than 1 plans for more than the envelope. */
  readonly maxPart: number;
  /** Items per second of the smallest class for which a missed item counts in full. */
  readonly leastPerSecond: number;
  /** Longest time that a single observation counts for. */
  readonly maxSpanMs: Milliseconds;
}

/** State carried from one turn to the next. */
export interface Headroom {
  /** Time of the last observation. Undefined before the first one. */
  readonly at: Milliseconds | undefined;
  /** Part by class. 0 for those that are missing. */
  readonly parts: ReadonlyMap<string, number>;
}

export interface ObservedMisses {
  readonly itemsPerSecond: number;
  /** Items per second that a variant could have answered in time, but none did. */
  readonly missedPerSecond: number;
}

export const noHeadroom: Headroom = { at: undefined, parts: new Map() };

const noItems: ObservedMisses = { itemsPerSecond: 0, missedPerSecond: 0 };

/** Returns the state after an observation of all classes: the integral of what is missed beyond the share. */
export function observeHeadroom(
  { at, parts }: Headroom,
  observed: ReadonlyMap<string, ObservedMisses>,
  { missedShare, maxMissedShare, gain, maxPart, leastPerSecond, maxSpanMs }: HeadroomParams,
  now: Milliseconds,
): Headroom {
  const seconds = Math.min(maxSpanMs, Math.max(0, now - (at ?? now))) / 1_000;
  const next = new Map<string, number>();
  for (const key of new Set([...parts.keys(), ...observed.keys()])) {
    const { itemsPerSecond, missedPerSecond } = observed.get(key) ?? noItems;
    const missed = Math.min(maxMissedShare, missedPerSecond / Math.max(leastPerSecond, itemsPerSecond));
    const part = (parts.get(key) ?? 0) + gain * seconds * (missed - missedShare);
    if (part > 0) next.set(key, Math.min(maxPart, part));
  }
  return { at: now, parts: next };
}

export const defaultHeadroomParams: HeadroomParams = {
  missedShare: 0.005,
  gain: 2,
  maxMissedShare: 0.05,
  maxPart: 1.5,
  leastPerSecond: 5,
  maxSpanMs: 5_000 as Milliseconds,
};
