// What a router knows about one replica, and when the replica is free.

import type { Candidate, Profile, ReplicaLoad, ReplicaRoute } from '@pareto/core';
import { p50At, p99At } from '../cost/profile-at.js';
import { RecentQuantile, type RecentQuantileParams } from '../estimate/recent-quantile.js';
import type { Slots } from './slot-shares.js';

/** Wait of a replica whose queue is full: longer than any objective, but finite, since the replica is reachable. */
const fullMs = 1e9;

/** Initial estimate of the time between router and worker, and how the time that few queries exceed is tracked. */
interface HopParams {
  readonly ms: number;
  readonly tail: RecentQuantileParams;
}

/** `O` is what the replica belongs to. Built as one literal: objects built by spread are many times slower to read. */
export interface ReplicaState<O> {
  readonly of: O;
  readonly route: ReplicaRoute;
  /** The slots that it shares with other replicas of the worker. */
  readonly slots: Slots;
  readonly profile: Profile | undefined;
  readonly position: number;
  /** Time at which the replica was first seen. */
  readonly since: number;
  /** Time per item at the batch ceiling, from the profile. */
  readonly profiledItemMs: number;
  /** Profiled median of the time of a batch at the ceiling, divided by the 99th percentile. 1 for a profile without points. */
  readonly evenness: number;
  freeAt: number;
  aheadItems: number;
  /** Unanswered items of this router. */
  pendingItems: number;
  itemMs: number;
  typical: number;
  slow: number;
  isInterfered: boolean;
  /** Median time that a query spends between router and worker. */
  hopMs: number;
  /** 99th percentile of that time. */
  hopTailMs: number;
  readonly hopTail: RecentQuantile;
  failures: number;
  ejectedUntil: number;
  isFull: boolean;
  isDown: boolean;
}

/** Keeps the state of `before`, unless the profile has changed. */
export function createReplicaState<O>(
  of: O,
  { profile, hardwareClass }: Candidate,
  route: ReplicaRoute,
  position: number,
  before: ReplicaState<O> | undefined,
  hop: HopParams,
  now: number,
): ReplicaState<O> {
  const profiledItemMs = profile === undefined ? 0 : p50At(profile, route.batchCeiling) / route.batchCeiling;
  const isSame = before?.profiledItemMs === profiledItemMs;
  return {
    route,
    of,
    slots: { worker: route.worker, hardwareClass, shares: undefined },
    profile,
    position,
    since: before?.since ?? now,
    profiledItemMs,
    evenness: profile === undefined ? 1 : evennessAt(profile, route.batchCeiling),
    freeAt: before?.freeAt ?? -Infinity,
    aheadItems: before?.aheadItems ?? 0,
    pendingItems: before?.pendingItems ?? 0,
    itemMs: isSame ? before.itemMs : profiledItemMs,
    typical: isSame ? before.typical : 1,
    slow: isSame ? before.slow : 1,
    isInterfered: isSame && before.isInterfered,
    hopMs: before?.hopMs ?? hop.ms,
    hopTailMs: before?.hopTailMs ?? hop.ms,
    hopTail: before?.hopTail ?? new RecentQuantile(hop.tail),
    failures: before?.failures ?? 0,
    ejectedUntil: before?.ejectedUntil ?? -Infinity,
    isFull: before?.isFull ?? false,
    isDown: before?.isDown ?? false,
  };
}

/** Returns the time at which the replica is free, or Infinity if it must not be called. */
export function freeAtOf(state: ReplicaState<unknown>, now: number): number {
  if (state.isDown || state.ejectedUntil > now) return Infinity;
  return state.isFull ? now + fullMs : state.freeAt;
}

function evennessAt(profile: Profile, batch: number): number {
  const tailMs = p99At(profile, batch);
  return tailMs === 0 ? 1 : p50At(profile, batch) / tailMs;
}

/**
 * Returns the factor by which the time of a query's own batch differs from the profiled 99th percentile. A busy replica reports
 * its backlog with the time to allow for all errors, so that the batch itself counts with its median.
 */
export const serviceFactorOf = ({ slow, typical, evenness }: ReplicaState<unknown>, isIdle: boolean): number =>
  isIdle ? slow : Math.min(slow, typical * evenness);

/** A query that finds the replica idle starts a batch. Others are added to the batches that wait. */
export function countSent(state: ReplicaState<unknown>, items: number, now: number): void {
  const { profile } = state;
  const startsBatch = state.aheadItems === 0 && profile !== undefined;
  const takesMs = startsBatch ? p50At(profile, items) * state.typical : items * state.itemMs;
  state.freeAt = Math.max(now, state.freeAt) + takesMs;
  state.aheadItems += items;
  state.pendingItems += items;
}

/** Applies a report. Items of this router that the worker does not have yet, or has answered, are added to it. */
export function applyLoad(state: ReplicaState<unknown>, load: ReplicaLoad, now: number): void {
  const reported = load.queuedItems + load.runningItems;
  const underway = Math.max(0, state.pendingItems - reported);
  state.isFull = false;
  // An older worker sends no times and corrections.
  state.itemMs = load.itemMs || state.profiledItemMs;
  state.typical = load.typical || 1;
  state.slow = load.slow || 1;
  state.isInterfered = load.interfered;
  state.aheadItems = reported + underway;
  state.freeAt = now + load.backlogMs + underway * state.itemMs;
}
