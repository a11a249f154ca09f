// The state of one replica: its reported load, the router's own counts, and its pace. Updated in place for every event.

import type { Candidate, ReplicaLoad, ReplicaRoute } from '@pareto/core';
import { decayLateness, observeWait, p50At, startPace, waitOf, type Pace, type PaceParams } from '@pareto/policy';

/**
 * Wait of a replica whose queue is full: longer than any objective allows, but finite, since the replica is reachable.
 */
const fullMs = 1e9;

export interface TrackedReplica {
  readonly candidate: Candidate;
  backlogMs: number;
  queuedItems: number;
  sentItems: number;
  pendingItems: number;
  pace: Pace;
  /** Indicates whether a query was answered since the last ping. */
  hasAnswered: boolean;
  isDown: boolean;
  isFull: boolean;
}

export function countSent(tracked: TrackedReplica, items: number): void {
  tracked.sentItems += items;
  tracked.pendingItems += items;
}

export function countEnded(tracked: TrackedReplica, items: number, load: ReplicaLoad | undefined): void {
  tracked.pendingItems = Math.max(0, tracked.pendingItems - items);
  if (load === undefined) tracked.sentItems = Math.max(0, tracked.sentItems - items);
  else if (!tracked.isDown) applyLoad(tracked, load);
}

export function observePace(tracked: TrackedReplica, aheadItems: number, waitedMs: number): void {
  tracked.pace = observeWait(tracked.pace, aheadItems, waitedMs);
  tracked.hasAnswered = true;
}

/** `load` is undefined if the replica cannot be called. */
export function applyReport(tracked: TrackedReplica, load: ReplicaLoad | undefined): void {
  applyLoad(tracked, load);
  if (!tracked.hasAnswered) tracked.pace = decayLateness(tracked.pace);
  tracked.hasAnswered = false;
}

function applyLoad(tracked: TrackedReplica, load: ReplicaLoad | undefined): void {
  tracked.isDown = load === undefined;
  tracked.isFull = false;
  tracked.sentItems = 0;
  tracked.backlogMs = load?.backlogMs ?? 0;
  tracked.queuedItems = load?.queuedItems ?? 0;
}

/** Keeps the state of `before`. */
export function trackReplica(
  candidate: Candidate,
  replica: ReplicaRoute,
  params: PaceParams,
  before: TrackedReplica | undefined,
): TrackedReplica {
  const { profile } = candidate;
  const profiledMs = profile === undefined ? 0 : p50At(profile, replica.batchCeiling) / replica.batchCeiling;
  const pace = before?.pace.profiledMs === profiledMs ? before.pace : startPace(profiledMs, params);
  const idle = { backlogMs: 0, queuedItems: 0, sentItems: 0, pendingItems: 0 };
  return { ...idle, hasAnswered: false, isDown: false, isFull: false, ...before, candidate, pace };
}

/** Returns Infinity if the replica must not be called. */
export function effectiveWaitMs(state: TrackedReplica): number {
  if (state.isDown) return Infinity;
  return state.isFull ? fullMs : waitOf(state, state.pace);
}
