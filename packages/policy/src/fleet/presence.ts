// Whether a worker counts as connected, awaited or gone. Pure.

import { milliseconds, type Milliseconds } from '@pareto/core';
import { hasDeparted, never, type LiveWorker } from './live-worker.js';

/** `gone`: the worker's replicas are placed elsewhere. */
export type Presence = 'connected' | 'awaited' | 'gone';

export interface FleetParams {
  /** Time that a worker whose stream ended has to rejoin before its replicas are placed elsewhere. */
  readonly rejoinMs: number;
  /** Time for which a new leader waits for the workers in the store, and unloads nothing. */
  readonly firstJoinMs: number;
}

export const defaultFleetParams: FleetParams = { rejoinMs: 1_500, firstJoinMs: 10_000 };

/** Maximum factor by which the time to rejoin grows. */
const maxPatience = 8;

/** Returns the time that the worker has to rejoin. It doubles each time that its process was gone, and rejoined after all. */
const rejoinMsOf = ({ falseLosses }: LiveWorker, { rejoinMs }: FleetParams): number =>
  rejoinMs * Math.min(maxPatience, 2 ** falseLosses);

/** Time without a session after which a worker without assignments is forgotten. */
const lostMs = 3_600_000;

/** Time without a session after which a worker can be forgotten on request although no worker sends anything. */
const isolatedMs = 60_000;

/** Returns the worker's presence. `asOf` is the time up to which absence counts (see `Isolation.absentUntil`). */
export function presenceOf(
  worker: LiveWorker | undefined,
  params: FleetParams,
  asOf: Milliseconds,
  leadingSince: Milliseconds | undefined,
): Presence {
  if (worker?.session !== undefined) return 'connected';
  if (leadingSince === undefined) return storedPresence(worker);
  return asOf < awaitedUntil(worker, params, leadingSince) ? 'awaited' : 'gone';
}

function storedPresence(worker: LiveWorker | undefined): Presence {
  if (worker === undefined) return 'awaited';
  return worker.stored?.value.present === false || hasDeparted(worker) ? 'gone' : 'connected';
}

/**
 * Returns the time from which a worker without a session counts as gone: `rejoinMs` after its session, or `firstJoinMs`
 * after `leadingSince` if it had none. It is in the past for a worker that the store says is gone, and for one that departed. A new
 * leader waits for workers that departed before, because a cluster that was stopped as a whole returns with them.
 */
export function awaitedUntil(
  worker: LiveWorker | undefined,
  params: FleetParams,
  leadingSince: Milliseconds,
): Milliseconds {
  if (worker?.stored?.value.present === false || worker?.sessionEnd === 'departed') return never;
  const hasLeft = worker !== undefined && worker.leftAt !== never;
  return milliseconds(hasLeft ? worker.leftAt + rejoinMsOf(worker, params) : leadingSince + params.firstJoinMs);
}

/**
 * Restarts the time of a worker without a session to rejoin at `now`, with the limit for a new leader, unless the worker
 * was already gone at `asOf`.
 */
export function extendGrace(
  worker: LiveWorker,
  params: FleetParams,
  asOf: Milliseconds,
  now: Milliseconds,
): LiveWorker {
  const leftAt = now + params.firstJoinMs - rejoinMsOf(worker, params);
  return isGone(worker, params, asOf) ? worker : { ...worker, leftAt: milliseconds(leftAt) };
}

/** Returns whether the worker departed, or left and had its time to rejoin by `asOf`, or is gone according to the store. */
export function isGone(worker: LiveWorker, params: FleetParams, asOf: Milliseconds): boolean {
  const { session, sessionEnd, stored, leftAt } = worker;
  if (session !== undefined) return false;
  if (sessionEnd === 'departed') return true;
  return stored?.value.present === false || (leftAt !== never && asOf >= leftAt + rejoinMsOf(worker, params));
}

/**
 * Returns the time from which a worker can be forgotten on request: when it is gone. While no worker sends anything, so that
 * `asOf` stays before `now`, it is enough that the worker has been missing for a minute. Infinity while it is connected.
 */
export function forgettableAt(
  worker: LiveWorker | undefined,
  params: FleetParams,
  { asOf, now }: { readonly asOf: Milliseconds; readonly now: Milliseconds },
  leadingSince: Milliseconds,
): Milliseconds {
  if (worker?.session !== undefined) return milliseconds(Infinity);
  const goneAt = awaitedUntil(worker, params, leadingSince);
  if (asOf === now || asOf >= goneAt) return goneAt;
  return milliseconds(Math.max(goneAt, missingSince(worker, leadingSince) + isolatedMs));
}

/** Returns whether the worker has had no session for an hour. The hour starts at `leadingSince` at the earliest. */
export function isLost(worker: LiveWorker | undefined, now: Milliseconds, leadingSince: Milliseconds): boolean {
  if (worker?.session !== undefined) return false;
  return now - missingSince(worker, leadingSince) >= lostMs;
}

const missingSince = (worker: LiveWorker | undefined, leadingSince: Milliseconds): number =>
  Math.max(leadingSince, worker?.leftAt ?? never);
