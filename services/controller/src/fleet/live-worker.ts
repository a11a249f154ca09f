// A worker as its streams and reports tell of it, or the store where none came here. Pure.

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
import { sameStates, track, type LiveReplica } from './live-replica.js';
import type { Stored } from '../storage/record-tables.js';
import type { LoadRecord } from '../storage/records.js';

/** What a worker may be ordered to do, one at a time. */
export type WorkTarget =
  | { readonly kind: 'make'; readonly architecture: string; readonly version: number; readonly recipe: string }
  | ({ readonly kind: 'measure' } & Pick<Measurement, 'variant' | 'version' | 'hardwareClass'>);

export interface WorkerReport {
  readonly replicas: readonly ReplicaReport[];
  readonly memoryUsedBytes: number;
  /** The process is shutting down. */
  readonly draining: boolean;
  /** The variant that it makes or measures. */
  readonly measuring: VariantId | undefined;
  /** How far that is, for people. */
  readonly progress: string;
  /** Since it last heard of this controller. */
  readonly controllerAgeMs: number;
}

/** A worker's stream. */
export interface WorkerSession {
  readonly info: WorkerInfo;
  /** Ends the stream: another one of the same worker has come. */
  end(): void;
}

export interface LiveWorker {
  readonly session: WorkerSession | undefined;
  /** When the session ended; without one. */
  readonly leftAt: Milliseconds;
  readonly incarnation: string;
  /** Of processes that were connected when another one of the same id came. */
  readonly replaced: readonly string[];
  readonly report: WorkerReport | undefined;
  readonly replicas: ReadonlyMap<ReplicaId, LiveReplica>;
  readonly order: WorkTarget | undefined;
  /** As the store has it; undefined: this controller heard of it later. */
  readonly stored: Stored<LoadRecord> | undefined;
  /** When it last was in touch, both ways. */
  readonly inTouchAt: Milliseconds;
  /** A router said that it does not answer, and it was not in touch since. */
  readonly isSuspected: boolean;
}

/** `gone`: what it held is placed elsewhere. */
export type Presence = 'connected' | 'awaited' | 'gone';

export interface FleetParams {
  /** How long a worker whose stream ended may take to come back before its replicas are placed elsewhere. */
  readonly rejoinMs: number;
  /** How long a new leader waits for workers that it knows from the store, and removes nothing. */
  readonly firstJoinMs: number;
}

export const neverLeft = -Infinity as Milliseconds;
/** Workers and controllers speak twice a second: longer than what it takes to hear back. */
export const unresponsiveMs = 1_100;
/** More processes of one id at a time nobody starts. */
const maxReplacedIncarnations = 8;

const disconnected = {
  session: undefined,
  leftAt: neverLeft,
  replaced: [],
  report: undefined,
  order: undefined,
  stored: undefined,
  inTouchAt: neverLeft,
  isSuspected: false,
};

/** With a new stream. Replicas of another incarnation are forgotten. */
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

/** Throws `already-exists` when that process had a stream until the present one came: they would take turns for ever. */
export function checkNotReplaced(
  present: LiveWorker | undefined,
  { id, address, incarnation }: Pick<WorkerInfo, 'id' | 'address' | 'incarnation'>,
): void {
  if (present?.session === undefined || !present.replaced.includes(incarnation)) return;
  const other = present.session.info.address;
  const message = `another process runs as worker ${id}, at ${other}: give the one at ${address} another --id`;
  throw new ParetoError('already-exists', message);
}

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

/** The variant that it is about. */
export const variantOf = (target: WorkTarget): VariantId =>
  target.kind === 'measure' ? target.variant : formatVariant(target.architecture, target.recipe, 'cpu');

/** A replica came, went or changed its state, the worker its mind, or it is doubted no more. */
export function isStateChange(before: LiveWorker, after: LiveWorker): boolean {
  const isChanged = before.isSuspected !== after.isSuspected || before.report?.draining !== after.report?.draining;
  return isChanged || !sameStates(before.replicas, after.replicas);
}

/** As the store has it, where no stream of it is. */
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

/** Until it counts as silent, should it not be in touch before; undefined: it is not connected, or is doubted already. */
export function untilSuspectedMs(worker: LiveWorker | undefined, now: Milliseconds): Milliseconds | undefined {
  if (worker?.session === undefined || worker.isSuspected) return undefined;
  return milliseconds(Math.max(0, worker.inTouchAt + unresponsiveMs - now));
}

/** `asOf`: until when a worker is given up that did not come; see `createFleetState`. */
export function presenceOf(
  worker: LiveWorker | undefined,
  { rejoinMs, firstJoinMs }: FleetParams,
  asOf: Milliseconds,
  leadingSince: Milliseconds | undefined,
): Presence {
  if (worker?.session !== undefined) return 'connected';
  if (worker?.stored?.value.present === false) return 'gone';
  if (leadingSince === undefined) return worker === undefined ? 'awaited' : 'connected';
  const hasLeft = worker !== undefined && worker.leftAt !== neverLeft;
  const isExpected = hasLeft ? asOf - worker.leftAt < rejoinMs : asOf - leadingSince < firstJoinMs;
  return isExpected ? 'awaited' : 'gone';
}

/** One that is not given up yet is awaited from now on for as long as a new leader awaits workers. */
export function extendGrace(
  worker: LiveWorker,
  { rejoinMs, firstJoinMs }: FleetParams,
  asOf: Milliseconds,
  now: Milliseconds,
): LiveWorker {
  const isGivenUp = worker.leftAt !== neverLeft && asOf - worker.leftAt >= rejoinMs;
  if (worker.session !== undefined || isGivenUp) return worker;
  return { ...worker, leftAt: milliseconds(now + firstJoinMs - rejoinMs) };
}
