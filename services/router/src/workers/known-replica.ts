// What the router knows of one replica: its load as told and as counted, and its pace. Changed in place, on every event.

import type { Candidate, ReplicaRoute } from '@pareto/core';
import { doubtLateness, observeWait, p50At, startPace, waitOf, type Pace, type PaceParams } from '@pareto/policy';
import type { ReplicaLoadReport } from '@pareto/rpc';

/** A wait that no objective allows, of a replica that turned a query down: busy, but not gone. */
const fullMs = 1e9;

export interface KnownReplica {
  readonly candidate: Candidate;
  backlogMs: number;
  queuedItems: number;
  sentItems: number;
  pendingItems: number;
  pace: Pace;
  /** Some answer came since the last ping. */
  isHeard: boolean;
  isDown: boolean;
  isFull: boolean;
}

export function countSent(known: KnownReplica, items: number): void {
  known.sentItems += items;
  known.pendingItems += items;
}

export function countEnded(known: KnownReplica, items: number, load: ReplicaLoadReport | undefined): void {
  known.pendingItems = Math.max(0, known.pendingItems - items);
  if (load === undefined) known.sentItems = Math.max(0, known.sentItems - items);
  else if (!known.isDown) hearLoad(known, load);
}

export function learnPace(known: KnownReplica, aheadItems: number, waitedMs: number): void {
  known.pace = observeWait(known.pace, aheadItems, waitedMs);
  known.isHeard = true;
}

/** `load` undefined: it can't be called. */
export function hearReport(known: KnownReplica, load: ReplicaLoadReport | undefined): void {
  hearLoad(known, load);
  if (!known.isHeard) known.pace = doubtLateness(known.pace);
  known.isHeard = false;
}

function hearLoad(known: KnownReplica, load: ReplicaLoadReport | undefined): void {
  known.isDown = load === undefined;
  known.isFull = false;
  known.sentItems = 0;
  known.backlogMs = load?.backlogMs ?? 0;
  known.queuedItems = load?.queuedItems ?? 0;
}

/** What was known of it before is kept. */
export function knowReplica(
  candidate: Candidate,
  replica: ReplicaRoute,
  params: PaceParams,
  before: KnownReplica | undefined,
): KnownReplica {
  const { profile } = candidate;
  const profiledMs = profile === undefined ? 0 : p50At(profile, replica.batchCeiling) / replica.batchCeiling;
  const pace = before?.pace.profiledMs === profiledMs ? before.pace : startPace(profiledMs, params);
  const idle = { backlogMs: 0, queuedItems: 0, sentItems: 0, pendingItems: 0 };
  return { ...idle, isHeard: false, isDown: false, isFull: false, ...before, candidate, pace };
}

/** Infinite when it must not be called. */
export function usableWaitOf(state: KnownReplica): number {
  if (state.isDown) return Infinity;
  return state.isFull ? fullMs : waitOf(state, state.pace);
}
