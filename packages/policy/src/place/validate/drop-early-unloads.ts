// A new leader knows what the store says, and has not heard everybody yet: for a while it takes nothing away.

import type { Milliseconds, PlanAction } from '@pareto/core';
import type { ValidatedPlan } from './validate-plan.js';

/** Drops every unload for as long as its planner leads for less than `firstRemovalMs`. */
export function dropEarlyUnloads(
  actions: readonly PlanAction[],
  leadingMs: Milliseconds,
  { firstUnloadMs }: { readonly firstUnloadMs: Milliseconds },
): ValidatedPlan {
  if (leadingMs >= firstUnloadMs) return { actions, dropped: [] };
  const reason = `this controller leads for less than ${firstUnloadMs / 1000} s`;
  const unloads = actions.filter(({ kind }) => kind === 'unload');
  return {
    actions: actions.filter(({ kind }) => kind !== 'unload'),
    dropped: unloads.map((action) => ({ action, reason })),
  };
}
