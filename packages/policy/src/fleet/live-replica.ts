// The state of a replica according to its worker's reports. Pure.

import type { Milliseconds, ReplicaId, ReplicaReport } from '@pareto/core';

export interface LiveReplica {
  readonly report: ReplicaReport;
  /** Time at which the replica entered its state. */
  readonly since: Milliseconds;
  /** Time at which the replica was ready first. Undefined if it has not been. */
  readonly readyAt: Milliseconds | undefined;
  /** Time of the last report that shows use. */
  readonly lastUsedAt: Milliseconds;
  /** Set if the last report shows use: the replica most likely is still in use, however old the report is. */
  readonly isInUse: boolean;
  /** Time since which it has been Interfered. Undefined if it is not. */
  readonly interferedSince: Milliseconds | undefined;
  /**
   * Time of the last report in which it was Interfered and ran batches, in the last minute of reports. Undefined if there is none. A
   * replica without queries stays Interfered, because nothing shows the opposite.
   */
  readonly interferedAt: Milliseconds | undefined;
  readonly reportedAt: Milliseconds;
  /** Activity between the last two reports. */
  readonly recent: Activity;
}

export interface Activity {
  readonly elapsedMs: number;
  readonly busyMs: number;
  readonly executions: number;
  readonly items: number;
}

/** Returns the share of the time between the last two reports that batches used, from 0 to 1. */
export const utilisationOf = ({ recent }: LiveReplica): number =>
  recent.elapsedMs > 0 ? recent.busyMs / recent.elapsedMs : 0;

/** The replicas of one worker. */
export type LiveReplicas = ReadonlyMap<ReplicaId, LiveReplica>;

export const noReplicas: LiveReplicas = new Map();

/** Returns the replicas after a report on all of them. */
export const trackAll = (before: LiveReplicas, reports: readonly ReplicaReport[], now: Milliseconds): LiveReplicas =>
  new Map(reports.map((report) => [report.replica, track(before.get(report.replica), report, now)]));

function track(before: LiveReplica | undefined, report: ReplicaReport, now: Milliseconds): LiveReplica {
  const isInUse = report.runningItems > 0 || (before !== undefined && report.requests > before.report.requests);
  return {
    report,
    since: before?.report.state === report.state ? before.since : now,
    readyAt: before?.readyAt ?? (report.state === 'ready' ? now : undefined),
    lastUsedAt: before === undefined || isInUse ? now : before.lastUsedAt,
    isInUse,
    interferedSince: report.interfered ? (before?.interferedSince ?? now) : undefined,
    interferedAt: showsInterference(before?.report, report) ? now : recently(before?.interferedAt, now),
    reportedAt: now,
    recent: activity(before, report, now),
  };
}

const showsInterference = (before: ReplicaReport | undefined, { interfered, executions }: ReplicaReport): boolean =>
  interfered && (before?.interfered !== true || executions > before.executions);

/**
 * Time without interference after which a replica counts as undisturbed, so that one that other load disturbs time and again is
 * reported all the time.
 */
const calmMs = 60_000;

const recently = (at: Milliseconds | undefined, now: Milliseconds): Milliseconds | undefined =>
  at !== undefined && now - at < calmMs ? at : undefined;

function activity(before: LiveReplica | undefined, report: ReplicaReport, now: Milliseconds): Activity {
  if (before === undefined) return { elapsedMs: 0, busyMs: 0, executions: 0, items: 0 };
  return {
    elapsedMs: now - before.reportedAt,
    busyMs: report.busyMs - before.report.busyMs,
    executions: report.executions - before.report.executions,
    items: report.items - before.report.items,
  };
}

/** Returns whether both have the same replicas in the same states, and the same of them are Interfered. */
export const sameStates = (a: LiveReplicas, b: LiveReplicas): boolean => sameReplicas(a, b, isSameReported);

/** Returns whether planning and the routing table see the same replicas, apart from when they were used. */
export const samePlanned = (a: LiveReplicas, b: LiveReplicas): boolean => sameReplicas(a, b, isSamePlanned);

type Comparison = (a: ReplicaReport, b: ReplicaReport) => boolean;

const isSameState: Comparison = (a, b) =>
  a.state === b.state && a.quarantined === b.quarantined && a.mixedReason === b.mixedReason;

const isSameReported: Comparison = (a, b) => isSameState(a, b) && a.interfered === b.interfered;

const isSamePlanned: Comparison = (a, b) =>
  isSameState(a, b) && a.memoryBytes === b.memoryBytes && a.variant === b.variant && a.version === b.version;

function sameReplicas(a: LiveReplicas, b: LiveReplicas, isSame: Comparison): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [id, { report }] of b) {
    const before = a.get(id)?.report;
    if (before === undefined || !isSame(before, report)) return false;
  }
  return true;
}
