// State that one control turn leaves for the next, within one term of this leader.

import { milliseconds, type Milliseconds, type PlanAction, type ReplicaId } from '@pareto/core';
import {
  noChanges,
  unfollowedDemand,
  type FollowedDemand,
  type NoisyMeasurements,
  type Orphan,
  type RecentChanges,
} from '@pareto/policy';
import { observeOrphans, type ClusterView, type Observed } from '../cluster/observe.js';
import type { Term } from '../leadership/leadership.js';
import { createRolloutEvents } from './rollout-events.js';

type FirstSeen = ReadonlyMap<ReplicaId, Milliseconds>;

/** Written by `runTurn` only. */
export interface TurnMemory {
  readonly term: Term;
  /** What the last plan saw. Undefined before the first. */
  planned:
    | {
        readonly registry: ClusterView['registry'];
        /** Revision of the fleet. */
        readonly revision: number;
        readonly observed: Observed;
      }
    | undefined;
  demand: FollowedDemand;
  /** Time at which each assignment was first seen, on this controller's clock. */
  assignedAt: FirstSeen;
  orphans: readonly Orphan[];
  changes: RecentChanges;
  noisy: NoisyMeasurements;
  /** Time at which the plan may change although nothing else does. */
  nextAt: Milliseconds;
  /** The dropped actions that were logged last, so that the same ones are logged once. */
  lastDropped: string;
  readonly rolloutEvents: ReturnType<typeof createRolloutEvents>;
  /** Number of failed turns. It is part of the plan's id, because a write of a failed turn may still become visible. */
  failures: number;
}

export const emptyMemory = (term: Term): TurnMemory => ({
  term,
  planned: undefined,
  demand: unfollowedDemand,
  assignedAt: new Map(),
  orphans: [],
  changes: noChanges,
  noisy: new Map(),
  nextAt: milliseconds(0),
  lastDropped: '[]',
  rolloutEvents: createRolloutEvents(),
  failures: 0,
});

/** Returns when each assignment in force was first seen; the others are forgotten. */
export const observeAssigned = (
  before: FirstSeen,
  { registry, now }: Pick<ClusterView, 'registry' | 'now'>,
): FirstSeen => {
  const seen = new Map<ReplicaId, Milliseconds>();
  for (const own of registry.assignments.values())
    for (const { replica } of own) seen.set(replica, before.get(replica) ?? now);
  return seen;
};

/** Returns the assignments of deleted variants, with the time at which each was first seen without its variant. */
export function observeOrphaned(
  before: readonly Orphan[],
  view: Pick<ClusterView, 'registry' | 'now'>,
): readonly Orphan[] {
  const since = new Map(before.map((orphan) => [orphan.assignment.replica, orphan.since]));
  return observeOrphans(view).map((assignment) => ({
    assignment,
    since: since.get(assignment.replica) ?? view.now,
  }));
}

/**
 * Returns `assignedAt` with the replicas that `actions` load: they count as assigned from now on, however late the next
 * turn is.
 */
export const withLoads = (assignedAt: FirstSeen, actions: readonly PlanAction[], now: Milliseconds): FirstSeen =>
  new Map([
    ...actions.flatMap((action) => (action.kind === 'load' ? [[action.assignment.replica, now] as const] : [])),
    ...assignedAt,
  ]);
