// An assigned replica of a snapshot, from the last report of its worker.

import { bytes, milliseconds, type Assignment, type Milliseconds } from '@pareto/core';
import type { PlacementReplica } from '../snapshot/snapshot.js';
import type { LiveReplica } from './live-replica.js';

/**
 * Returns a replica that is assigned since `at`. `live` is undefined if its worker has not reported it. A replica that was in use
 * according to the last report counts as used now.
 */
export function observeReplica(
  assignment: Assignment,
  live: LiveReplica | undefined,
  at: Milliseconds,
  now: Milliseconds,
): PlacementReplica {
  const assigned = { assignment, since: at, readyAt: undefined, memoryBytes: bytes(0), lastUsedAt: at };
  if (live === undefined) return { ...assigned, state: 'assigned' };
  const { report, since, readyAt, lastUsedAt, isInUse } = live;
  const state = report.quarantined ? 'failed' : report.state;
  const usedAt = isInUse ? now : milliseconds(Math.max(lastUsedAt, at));
  return { assignment, state, since, readyAt, memoryBytes: report.memoryBytes, lastUsedAt: usedAt };
}
