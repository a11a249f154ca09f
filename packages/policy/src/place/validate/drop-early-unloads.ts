// The grace period of a new leader, which has not received the reports of all workers yet: it unloads nothing.

import type { Milliseconds, PlanAction } from '@pareto/core';
import type { ValidatedPlan } from './validate-plan.js';

/** Drops every unload while the controller has led for less than `firstUnloadMs`. */
export function dropEarlyUnloads(
  actions: readonly PlanAction[],
  leadingMs: Milliseconds,
  { firstUnloadMs }: { readonly firstUnloadMs: Milliseconds },
): ValidatedPlan {
  if (leadingMs >= firstUnloadMs) return { actions, dropped: [] };
  const reason = `this controller has led for less than ${firstUnloadMs / 1000} s`;
  const unloads = actions.filter(({ kind }) => kind === 'unload');
  return {
    actions: actions.filter(({ kind }) => kind !== 'unload'),
    dropped: unloads.map((action) => ({ action, reason })),
  };
}
