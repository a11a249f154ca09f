// A replica as its worker's reports tell of it. Pure.

import type { Milliseconds, ReplicaId, ReplicaReport } from '@pareto/core';

export interface LiveReplica {
  readonly report: ReplicaReport;
  /** Since when it has been in its state. */
  readonly since: Milliseconds;
  readonly lastUsedAt: Milliseconds;
  readonly reportedAt: Milliseconds;
  /** What it did between its last two reports. */
  readonly recent: Activity;
}

interface Activity {
  readonly elapsedMs: number;
  readonly busyMs: number;
  readonly executions: number;
  readonly items: number;
}

/** What is known of a replica after a report on it. */
export function track(before: LiveReplica | undefined, report: ReplicaReport, now: Milliseconds): LiveReplica {
  const used = before !== undefined && (report.requests > before.report.requests || report.runningItems > 0);
  return {
    report,
    since: before?.report.state === report.state ? before.since : now,
    lastUsedAt: before === undefined || used ? now : before.lastUsedAt,
    reportedAt: now,
    recent: activity(before, report, now),
  };
}

function activity(before: LiveReplica | undefined, report: ReplicaReport, now: Milliseconds): Activity {
  if (before === undefined) return { elapsedMs: 0, busyMs: 0, executions: 0, items: 0 };
  return {
    elapsedMs: now - before.reportedAt,
    busyMs: report.busyMs - before.report.busyMs,
    executions: report.executions - before.report.executions,
    items: report.items - before.report.items,
  };
}

/** Neither a replica came or went, nor did one change its state. */
export function sameStates(a: ReadonlyMap<ReplicaId, LiveReplica>, b: ReadonlyMap<ReplicaId, LiveReplica>): boolean {
  if (a.size !== b.size) return false;
  for (const [id, { report }] of b) {
    const before = a.get(id)?.report;
    if (before?.state !== report.state || before.quarantined !== report.quarantined) return false;
  }
  return true;
}
