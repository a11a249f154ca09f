// The state of one worker, from its streams and reports, or from the store if it has not joined this controller. Pure.

import {
  milliseconds,
  type LimitCount,
  type Measurement,
  type Milliseconds,
  type ReplicaReport,
  type VariantId,
  type VariantShapes,
  type WorkerId,
  type WorkerInfo,
} from '@pareto/core';
import { noReplicas, samePlanned, sameStates, trackAll, type LiveReplicas } from './live-replica.js';
import { variantOf, type WorkTarget } from './work-target.js';

export interface WorkerReport {
  readonly replicas: readonly ReplicaReport[];
  readonly memoryUsedBytes: number;
  /** Set if the process is shutting down. */
  readonly draining: boolean;
  /** The variant that the worker makes or measures. */
  readonly measuring: VariantId | undefined;
  /** Progress of that step, human-readable. */
  readonly progress: string;
  /** Time since the worker last received a message from this controller. */
  readonly controllerAgeMs: number;
  /** Limits that the worker reached in the last minute. */
  readonly limitsReached: readonly LimitCount[];
  /** Provisional profiles of loaded variants that were assigned without a profile. */
  readonly provisional: readonly Measurement[];
  /** Shapes of inputs with dynamic dimensions that the replicas have run. */
  readonly shapes: readonly VariantShapes[];
  /** Consequence, reason and advice if processes that handle models share a user id. Empty if none do. */
  readonly userIdShortage: string;
}

/** A worker's stream. Two sessions are the same if they are the same object. */
export interface WorkerSession {
  readonly info: WorkerInfo;
}

/** The part of a worker's state that is stored, so that other controllers know it. */
export interface WorkerLoad {
  readonly worker: WorkerId;
  readonly incarnation: string;
  /** Set if the worker is connected or awaited. False once its time to rejoin is over. */
  readonly present: boolean;
  /** Set if its process was stopped as planned, after which its absence does not count as a failure. */
  readonly departed?: boolean;
  readonly replicas: readonly ReplicaReport[];
}

/** A load in the store. Two loads of a worker are the same if they have the same revision. */
export interface StoredLoad {
  readonly value: WorkerLoad;
  readonly modRevision: number;
}

/**
 * End of a session: its stream ended, the worker became silent, or it had reported that its process was stopped as
 * planned.
 */
export type SessionEnd = 'ended' | 'silent' | 'departed';

export interface LiveWorker {
  readonly session: WorkerSession | undefined;
  /** End of the last session. Meaningless while there is a session. */
  readonly leftAt: Milliseconds;
  /** End of the last session, or the last time since at which a router reached the worker. */
  readonly servedAt: Milliseconds;
  readonly incarnation: string;
  /** Incarnations of processes that were connected when another one joined with the same id. */
  readonly replaced: readonly string[];
  readonly report: WorkerReport | undefined;
  readonly replicas: LiveReplicas;
  readonly order: WorkTarget | undefined;
  /** The load in the store that this state comes from. Undefined if the state comes from the worker. */
  readonly stored: StoredLoad | undefined;
  /** Last time at which messages passed in both directions. */
  readonly inTouchAt: Milliseconds;
  /** Set if a router reported the worker as unreachable and no messages have passed in both directions since. */
  readonly isSuspected: boolean;
  /** End of the last session. Meaningless while there is a session. */
  readonly sessionEnd: SessionEnd;
  /** Number of times that this process rejoined although it was gone. */
  readonly falseLosses: number;
  /** Time at which this process joined in place of one that was gone. Undefined if there was none. */
  readonly emptySince: Milliseconds | undefined;
  /** Set once a report of the session was searched for replicas to adopt. */
  readonly isAdopted: boolean;
}

export const never = -Infinity as Milliseconds;
/** Time without messages in both directions after which a worker counts as unresponsive, if it was asked for one. */
export const unresponsiveMs = 1_100;
/** Time for the response of a worker. */
const responseMs = 300;
/** Time without service for which answers to liveness probes excuse absence. */
const maxProbedMs = 30_000;
const maxReplacedIncarnations = 8;

const disconnected = {
  session: undefined,
  leftAt: never,
  servedAt: never,
  replaced: [],
  report: undefined,
  order: undefined,
  stored: undefined,
  inTouchAt: never,
  isSuspected: false,
  sessionEnd: 'ended' as SessionEnd,
  falseLosses: 0,
  emptySince: undefined,
  isAdopted: false,
};

/** Returns the worker with a new session, without the replicas of another incarnation. `wasGone`: it was gone before. */
export function joined(
  before: LiveWorker | undefined,
  session: WorkerSession,
  wasGone: boolean,
  now: Milliseconds,
): LiveWorker {
  const { incarnation } = session.info;
  const replicas = replicasOf(before, incarnation);
  const isSame = before?.incarnation === incarnation;
  const emptySince = isSame ? before.emptySince : wasGone ? now : undefined;
  const falseLosses = isSame ? before.falseLosses + (wasGone ? 1 : 0) : 0;
  const replaced = replacedBy(before, incarnation);
  return { ...disconnected, session, incarnation, replaced, replicas, inTouchAt: now, falseLosses, emptySince };
}

const replicasOf = (worker: LiveWorker | undefined, incarnation: string): LiveReplicas =>
  worker?.incarnation === incarnation ? worker.replicas : noReplicas;

function replacedBy(before: LiveWorker | undefined, incarnation: string): readonly string[] {
  if (before === undefined) return [];
  const latest = before.session === undefined ? [] : [before.incarnation];
  return [...before.replaced, ...latest].filter((each) => each !== incarnation).slice(-maxReplacedIncarnations);
}

/**
 * Returns the worker after the end of its session. If its process had replaced another one with the same id, its departure is an
 * ordinary end, because the other one may still run, and rejoin.
 */
export function left(worker: LiveWorker, end: SessionEnd, now: Milliseconds): LiveWorker {
  const sessionEnd = end === 'departed' && worker.replaced.length > 0 ? 'ended' : end;
  return { ...worker, session: undefined, leftAt: now, servedAt: now, sessionEnd, order: undefined };
}

/** Returns whether the worker's process was stopped as planned, according to the process or to the store. */
export const hasDeparted = ({ session, sessionEnd, stored }: LiveWorker): boolean =>
  session === undefined && (sessionEnd === 'departed' || stored?.value.departed === true);

/** Returns the worker after evidence that its process is alive: in touch, or with the whole time to rejoin. */
export function answered(worker: LiveWorker, now: Milliseconds): LiveWorker {
  if (worker.session !== undefined) return { ...worker, inTouchAt: now };
  return worker.leftAt === never ? worker : { ...worker, leftAt: milliseconds(Math.max(worker.leftAt, now)) };
}

/** Returns whether an answer to a liveness probe is evidence: the worker has a session, or was reached in the last 30 s. */
export const isProbeEvidence = ({ session, servedAt }: LiveWorker, now: Milliseconds): boolean =>
  session !== undefined || now - servedAt < maxProbedMs;

/** Returns a worker without a session whose last `ms` of absence do not count. */
export function excuseAbsence(worker: LiveWorker, ms: number, now: Milliseconds): LiveWorker {
  const later = (at: Milliseconds): Milliseconds => milliseconds(Math.max(at, Math.min(now, at + ms)));
  return { ...worker, leftAt: later(worker.leftAt), servedAt: later(worker.servedAt) };
}

/** Returns the worker after any message. `controllerAgeMs`: time since it last received one from this controller. */
export const heard = (worker: LiveWorker, controllerAgeMs: number, now: Milliseconds): LiveWorker => ({
  ...worker,
  inTouchAt: milliseconds(now - controllerAgeMs),
  isSuspected: worker.isSuspected && controllerAgeMs >= unresponsiveMs,
});

/** Returns the worker after a report. */
export const reported = (worker: LiveWorker, report: WorkerReport, now: Milliseconds): LiveWorker => ({
  ...heard(worker, report.controllerAgeMs, now),
  report,
  replicas: trackAll(worker.replicas, report.replicas, now),
});

/** Returns the worker with another order, or without one. What it last reported about its step no longer counts. */
export function ordered(worker: LiveWorker, order: WorkTarget | undefined): LiveWorker {
  const measuring = order && variantOf(order);
  return { ...worker, order, report: worker.report && { ...worker.report, measuring, progress: '' } };
}

/** Returns the worker as stored. Its replicas keep the times of `known` if the incarnation is the same. */
export function followed(known: LiveWorker | undefined, stored: StoredLoad, now: Milliseconds): LiveWorker {
  if (known?.stored?.modRevision === stored.modRevision) return known;
  const { incarnation, replicas } = stored.value;
  return { ...disconnected, incarnation, replicas: trackAll(replicasOf(known, incarnation), replicas, now), stored };
}

/** Returns whether the replicas, their states, which of them are Interfered, draining, or the suspicion changed. */
export function isStateChange(before: LiveWorker, after: LiveWorker): boolean {
  const isChanged = before.isSuspected !== after.isSuspected || before.report?.draining !== after.report?.draining;
  return isChanged || !sameStates(before.replicas, after.replicas);
}

/** Returns whether the session, the process or the presence in the store changed. */
export const isMemberChange = (before: LiveWorker, after: LiveWorker): boolean =>
  before.session !== after.session ||
  before.incarnation !== after.incarnation ||
  before.stored?.value.present !== after.stored?.value.present ||
  before.stored?.value.departed !== after.stored?.value.departed;

/**
 * Returns whether planning or the routing table sees a change. Counters, ages, progress and the times of use are not
 * compared.
 */
export const isPlannedChange = (before: LiveWorker, after: LiveWorker): boolean =>
  isMemberChange(before, after) ||
  before.isSuspected !== after.isSuspected ||
  before.order !== after.order ||
  before.isAdopted !== after.isAdopted ||
  before.report?.draining !== after.report?.draining ||
  before.report?.measuring !== after.report?.measuring ||
  !samePlanned(before.replicas, after.replicas);

/**
 * Returns the time after which a worker that is asked for a report now has responded, or counts as unresponsive. That is now if
 * its stream has ended. Undefined if it had none, or is already suspected.
 */
export function untilSuspectedMs(worker: LiveWorker | undefined, now: Milliseconds): Milliseconds | undefined {
  if (worker === undefined || worker.isSuspected) return undefined;
  if (worker.session === undefined) return worker.leftAt === never ? undefined : milliseconds(0);
  return milliseconds(Math.max(responseMs, worker.inTouchAt + unresponsiveMs - now));
}

/** Returns whether a worker that was asked for a report does not respond, or has left. */
export function isUnresponsive({ session, isSuspected, inTouchAt, leftAt }: LiveWorker, now: Milliseconds): boolean {
  if (isSuspected) return false;
  return session === undefined ? leftAt !== never : now - inTouchAt >= unresponsiveMs;
}
