// Unloads of the replicas of deleted variants.

import type { Assignment, Milliseconds, PlanAction } from '@pareto/core';

/** An assignment whose variant was deleted. */
export interface Orphan {
  readonly assignment: Assignment;
  /** Time at which the controller first found the assignment without its variant. */
  readonly since: Milliseconds;
}

export interface OrphanParams {
  /** Time for routers to receive the deletion, so that no query is sent to a replica that is being unloaded. */
  readonly orphanMs: Milliseconds;
}

export const defaultOrphanParams: OrphanParams = { orphanMs: 1_000 as Milliseconds };

/** Returns an unload for each orphan that is at least `orphanMs` old. */
export const planOrphanUnloads = (
  orphans: readonly Orphan[],
  now: Milliseconds,
  { orphanMs }: OrphanParams,
): readonly PlanAction[] =>
  orphans
    .filter(({ since }) => now - since >= orphanMs)
    .map(({ assignment }) => ({ kind: 'unload', assignment, reason: 'the variant was deleted' }));
