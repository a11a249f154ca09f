// The replica of a candidate that a query is sent to.

import type { Rng } from '@pareto/core';
import { p99At } from '../cost/profile-at.js';
import { wayMsOf } from './candidate-loads.js';
import { freeAtOf, serviceFactorOf, type ReplicaState } from './replica-state.js';

/** Requirements on the replica that a query is sent to. */
export interface PickRequest {
  readonly items: number;
  /** Time until the query must be answered. */
  readonly limitMs: number;
  /** Maximum wait at the replica. */
  readonly maxWaitMs: number;
}

export interface PickParams {
  /** Time over which a new replica's share of the queries grows to that of the others. */
  readonly slowStartMs: number;
  /** Share of a replica that was just seen first, of that of the others. */
  readonly slowStartShare: number;
  /** Share of a latency limit from which the tail of the way shows pauses, which no query avoids. */
  readonly pauseShare: number;
  /** Share of the queries for which an Interfered replica is considered like others. */
  readonly interferedShare: number;
}

type Replica = ReplicaState<unknown>;

/**
 * Returns the local replica that is free first, if it is predicted to complete a query no later than `other`, otherwise
 * `other`. `locals`: the replicas in the process of the router.
 */
export function preferLocal<R extends Replica>(locals: readonly R[], other: R | undefined, now: number): R | undefined {
  if (locals.length === 0) return other;
  let local: R | undefined;
  let freeAt = Infinity;
  for (const each of locals) {
    const eachFreeAt = freeAtOf(each, now);
    if (eachFreeAt < freeAt) [local, freeAt] = [each, eachFreeAt];
  }
  if (local === undefined || other === undefined) return local ?? other;
  return returnsAt(local, now) <= returnsAt(other, now) ? local : other;
}

/** Returns the time at which a query would be back, if it took no time to execute. */
const returnsAt = (state: Replica, now: number): number => Math.max(now, freeAtOf(state, now)) + state.hopMs;

/**
 * Returns `idle`, the replica that was reported idle last, if there is one. Otherwise draws two replicas at random and returns the
 * one that is free first. Returns a local one instead if that is as good, and none if it does not meet the request. Sources: Lu
 * et al. 2011, "Join-Idle-Queue"; Mitzenmacher 2001, "The power of two choices in randomized load balancing".
 */
export function drawReplica<R extends Replica>(
  replicas: readonly R[],
  locals: readonly R[],
  idle: R | undefined,
  request: PickRequest,
  params: PickParams,
  now: number,
  rng: Rng,
): R | undefined {
  const isTaken = idle !== undefined && isInShare(idle, params, now, rng);
  const sooner = isTaken ? idle : soonerOfTwo(replicas, params, now, rng);
  if (sooner === undefined) return undefined;
  const drawn = locals.length === 0 ? sooner : localOr(sooner, locals, params, now, rng);
  return freeAtOf(drawn, now) < Infinity && meets(drawn, request, params, now) ? drawn : undefined;
}

/** Returns a local replica, if one may take the place of the drawn one and is as good. */
function localOr<R extends Replica>(drawn: R, locals: readonly R[], params: PickParams, now: number, rng: Rng): R {
  const considered = locals.filter((local) => isConsidered(local, drawn, params, now, rng));
  return preferLocal(considered, drawn, now) ?? drawn;
}

function soonerOfTwo<R extends Replica>(
  replicas: readonly R[],
  params: PickParams,
  now: number,
  rng: Rng,
): R | undefined {
  const first = draw(replicas, params, now, rng);
  const second = draw(replicas, params, now, rng);
  if (first === undefined || second === undefined) return undefined;
  return freeAtOf(second, now) < freeAtOf(first, now) ? second : first;
}

function draw<R extends Replica>(replicas: readonly R[], params: PickParams, now: number, rng: Rng): R | undefined {
  const drawn = replicas[Math.floor(rng() * replicas.length)];
  if (drawn === undefined) return undefined;
  return isInShare(drawn, params, now, rng) ? drawn : replicas[Math.floor(rng() * replicas.length)];
}

function isInShare(replica: Replica, params: PickParams, now: number, rng: Rng): boolean {
  const share = shareOf(replica, params, now);
  return share >= 1 || rng() < share;
}

/** Returns whether a local replica may take the place of another one, always if it is as old and not more Interfered. */
function isConsidered(local: Replica, other: Replica, params: PickParams, now: number, rng: Rng): boolean {
  const share = shareOf(local, params, now) / shareOf(other, params, now);
  return share >= 1 || rng() < share;
}

/** Returns the probability with which a replica that was drawn is considered. */
function shareOf({ since, isInterfered }: Replica, params: PickParams, now: number): number {
  const age = (now - since) / params.slowStartMs;
  const ramp = age >= 1 ? 1 : Math.max(params.slowStartShare, age);
  return isInterfered ? ramp * params.interferedShare : ramp;
}

function meets(
  state: Replica,
  { items, limitMs, maxWaitMs }: PickRequest,
  { pauseShare }: PickParams,
  now: number,
): boolean {
  const waitMs = Math.max(0, freeAtOf(state, now) - now);
  if (waitMs === 0 && state.aheadItems === 0) return true;
  const { profile } = state;
  const joined = Math.max(items, Math.min(state.route.batchCeiling, state.aheadItems + items));
  const serviceMs = profile === undefined ? 0 : p99At(profile, joined) * serviceFactorOf(state, false);
  const wayMs = wayMsOf(state.hopMs, state.hopTailMs, limitMs, pauseShare);
  return waitMs <= maxWaitMs && waitMs + serviceMs + wayMs <= limitMs;
}
