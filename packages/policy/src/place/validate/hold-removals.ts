// A new leader knows what the store says, and has not heard everybody yet: for a while it takes nothing away.

import type { Milliseconds, PlanAction } from '@pareto/core';
import type { ValidatedPlan } from './validate-plan.js';

/** Drops every unload for as long as its planner leads for less than `firstRemovalMs`. */
export function holdRemovals(
  actions: readonly PlanAction[],
  leadingMs: Milliseconds,
  { firstRemovalMs }: { readonly firstRemovalMs: Milliseconds },
): ValidatedPlan {
  if (leadingMs >= firstRemovalMs) return { actions, dropped: [] };
  const reason = `this controller leads for less than ${firstRemovalMs / 1000} s`;
  const removals = actions.filter(({ kind }) => kind === 'unload');
  return {
    actions: actions.filter(({ kind }) => kind !== 'unload'),
    dropped: removals.map((action) => ({ action, reason })),
  };
}
