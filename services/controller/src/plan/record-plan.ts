// Plan actions as what the store is told of them.

import type { Clock, PlanAction } from '@pareto/core';
import type { Operation } from '@pareto/state';
import type { Leader } from '../leadership/leadership.js';
import { assignmentKey, lastPlanKey, putRecord } from '../storage/records.js';
import { writeAll } from '../leadership/write-all.js';

/** Of the last plan, for people who look: a larger one is cut. */
const shownActions = 200;

/** Before any effect. A plan that only measures is not written down. */
export async function recordPlan(
  leader: Leader,
  clock: Clock,
  id: string,
  actions: readonly PlanAction[],
): Promise<void> {
  const operations = assignmentWrites(actions);
  if (operations.length === 0) return;
  const last = { id, atWallMs: clock.wallMs(), actions: actions.slice(0, shownActions) };
  await writeAll(leader, [...operations, putRecord(lastPlanKey, last)]);
}

export function assignmentWrites(actions: readonly PlanAction[]): readonly Operation[] {
  return actions.flatMap((action): readonly Operation[] => {
    if (action.kind === 'measure' || action.kind === 'make') return [];
    const key = assignmentKey(action.assignment);
    return [action.kind === 'unload' ? { kind: 'delete', key } : putRecord(key, action.assignment)];
  });
}
