// The state of one worker, from its streams and reports, or from the store if it has not joined this controller. Pure.

import {
  formatVariant,
  milliseconds,
  ParetoError,
  type Measurement,
  type Milliseconds,
  type ReplicaId,
  type ReplicaReport,
  type VariantId,
  type WorkerInfo,
} from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { sameStates, track, type LiveReplica } from './live-replica.js';
import type { Stored } from '../storage/record-tables.js';
import type { LoadRecord } from '../storage/records.js';

/** A file to make or a variant to measure. A worker gets one order at a time. */
export type WorkTarget =
  | { readonly kind: 'make'; readonly architecture: string; readonly version: number; readonly recipe: string }
  | ({ readonly kind: 'measure' } & Pick<Measurement, 'variant' | 'version' | 'hardwareClass'>);

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
  readonly limitsReached: readonly wire.LimitCount[];
}

/** A worker's stream. */
export interface WorkerSession {
  readonly info: WorkerInfo;
  /** Ends the stream, because another one of the same worker replaces it. */
  end(): void;
}

export interface LiveWorker {
  readonly session: WorkerSession | undefined;
  /** End of the last session. Meaningless while there is a session. */
  readonly leftAt: Milliseconds;
  readonly incarnation: string;
  /** Incarnations of processes that were connected when another one joined with the same id. */
  readonly replaced: readonly string[];
  readonly report: WorkerReport | undefined;
  readonly replicas: ReadonlyMap<ReplicaId, LiveReplica>;
  readonly order: WorkTarget | undefined;
  /** The load record in the store that this state comes from. Undefined if the state comes from the worker. */
  readonly stored: Stored<LoadRecord> | undefined;
  /** Last time at which messages passed in both directions. */
  readonly inTouchAt: Milliseconds;
  /** Set if a router reported the worker as unreachable and no messages have passed in both directions since. */
  readonly isSuspected: boolean;
}

/** `gone`: the worker's replicas are placed elsewhere. */
export type Presence = 'connected' | 'awaited' | 'gone';

export interface FleetParams {
  /** Time that a worker whose stream ended has to rejoin before its replicas are placed elsewhere. */
  readonly rejoinMs: number;
  /** Time for which a new leader waits for the workers in the store, and unloads nothing. */
  readonly firstJoinMs: number;
}

export const never = -Infinity as Milliseconds;
/**
 * Time without messages after which a worker counts as unresponsive. Workers and controllers send each other messages
 * every 500 ms.
 */
export const unresponsiveMs = 1_100;
const maxReplacedIncarnations = 8;

const disconnected = {
  session: undefined,
  leftAt: never,
  replaced: [],
  report: undefined,
  order: undefined,
  stored: undefined,
  inTouchAt: never,
  isSuspected: false,
};

/** Returns the worker with a new session, without the replicas of another incarnation. */
export function joined(before: LiveWorker | undefined, session: WorkerSession, now: Milliseconds): LiveWorker {
  const { incarnation } = session.info;
  const replicas = before?.incarnation === incarnation ? before.replicas : new Map<ReplicaId, LiveReplica>();
  return { ...disconnected, session, incarnation, replaced: replacedBy(before, incarnation), replicas, inTouchAt: now };
}

function replacedBy(before: LiveWorker | undefined, incarnation: string): readonly string[] {
  if (before === undefined) return [];
  const latest = before.session === undefined ? [] : [before.incarnation];
  return [...before.replaced, ...latest].filter((each) => each !== incarnation).slice(-maxReplacedIncarnations);
}

/**
 * Throws `already-exists` if the present session replaced a session of the given process. Two processes with one id
 * would replace each other forever.
 */
export function checkNotReplaced(
  present: LiveWorker | undefined,
  { id, address, incarnation }: Pick<WorkerInfo, 'id' | 'address' | 'incarnation'>,
): void {
  if (present?.session === undefined || !present.replaced.includes(incarnation)) return;
  const other = present.session.info.address;
  const message = `another process at ${other} runs as worker ${id}; start the one at ${address} with another --id`;
  throw new ParetoError('already-exists', message);
}

/** Returns the worker after a report. */
export function reported(worker: LiveWorker, report: WorkerReport, now: Milliseconds): LiveWorker {
  return {
    ...worker,
    report,
    replicas: trackAll(worker.replicas, report.replicas, now),
    inTouchAt: milliseconds(now - report.controllerAgeMs),
    isSuspected: worker.isSuspected && report.controllerAgeMs >= unresponsiveMs,
  };
}

export function sameTarget(a: WorkTarget, b: WorkTarget): boolean {
  if (a.version !== b.version) return false;
  if (a.kind === 'measure')
    return b.kind === 'measure' && a.variant === b.variant && a.hardwareClass === b.hardwareClass;
  return b.kind === 'make' && a.architecture === b.architecture && a.recipe === b.recipe;
}

/** Returns the variant that is made or measured. */
export const variantOf = (target: WorkTarget): VariantId =>
  target.kind === 'measure' ? target.variant : formatVariant(target.architecture, target.recipe, 'cpu');

/** Returns whether the replicas or their states, draining, or the suspicion changed. */
export function isStateChange(before: LiveWorker, after: LiveWorker): boolean {
  const isChanged = before.isSuspected !== after.isSuspected || before.report?.draining !== after.report?.draining;
  return isChanged || !sameStates(before.replicas, after.replicas);
}

/** Returns the worker as stored. Its replicas keep the times of `known` if the incarnation is the same. */
export function followed(known: LiveWorker | undefined, stored: Stored<LoadRecord>, now: Milliseconds): LiveWorker {
  const { incarnation, replicas } = stored.value;
  if (known?.session === undefined && known?.stored?.modRevision === stored.modRevision) return known;
  const before = known?.incarnation === incarnation ? known.replicas : new Map<ReplicaId, LiveReplica>();
  return { ...disconnected, incarnation, replicas: trackAll(before, replicas, now), stored };
}

const trackAll = (
  before: LiveWorker['replicas'],
  reports: readonly ReplicaReport[],
  now: Milliseconds,
): LiveWorker['replicas'] =>
  new Map(reports.map((report) => [report.replica, track(before.get(report.replica), report, now)]));

/** Returns the time until the worker counts as unresponsive. Undefined if it is disconnected or already suspected. */
export function untilSuspectedMs(worker: LiveWorker | undefined, now: Milliseconds): Milliseconds | undefined {
  if (worker?.session === undefined || worker.isSuspected) return undefined;
  return milliseconds(Math.max(0, worker.inTouchAt + unresponsiveMs - now));
}

/** Returns the worker's presence. `asOf` is the time up to which absence counts (see `Isolation.absentUntil`). */
export function presenceOf(
  worker: LiveWorker | undefined,
  { rejoinMs, firstJoinMs }: FleetParams,
  asOf: Milliseconds,
  leadingSince: Milliseconds | undefined,
): Presence {
  if (worker?.session !== undefined) return 'connected';
  if (worker?.stored?.value.present === false) return 'gone';
  if (leadingSince === undefined) return worker === undefined ? 'awaited' : 'connected';
  const hasLeft = worker !== undefined && worker.leftAt !== never;
  const isExpected = hasLeft ? asOf - worker.leftAt < rejoinMs : asOf - leadingSince < firstJoinMs;
  return isExpected ? 'awaited' : 'gone';
}

/**
 * Restarts the time to rejoin at `now`, with the limit for a new leader, unless the worker is connected or was already
 * gone at `asOf`.
 */
export function extendGrace(
  worker: LiveWorker,
  { rejoinMs, firstJoinMs }: FleetParams,
  asOf: Milliseconds,
  now: Milliseconds,
): LiveWorker {
  const isGone = worker.leftAt !== never && asOf - worker.leftAt >= rejoinMs;
  if (worker.session !== undefined || isGone) return worker;
  return { ...worker, leftAt: milliseconds(now + firstJoinMs - rejoinMs) };
}
