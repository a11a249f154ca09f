// Writes of plans to the store.

import type { PlanAction, WorkerId, WorkerInfo } from '@pareto/core';
import { expiredPlans } from '@pareto/policy';
import type { Operation } from '@pareto/state';
import type { Leader } from '../leadership/leadership.js';
import { unchangedSince, type RecordView, type Stored } from '../storage/record-tables.js';
import {
  assignmentKey,
  formerPlanKey,
  freezeKey,
  planKey,
  putRecord,
  workerKey,
  type FreezeRecord,
  type PlanRecord,
} from '../storage/records.js';
import { withStoredClass } from '../storage/stored-classes.js';
import { writeAll } from '../leadership/write-all.js';
import { listPlans } from '../history/list-plans.js';
import { planRecord, type RecordedTurn } from '../history/plan-record.js';

/**
 * Writes the plan; to be called before any effect. A plan that only makes and measures is not written. Returns false, without a
 * write, if the freeze is not `freeze` any more, with which the plan was made.
 */
export async function recordPlan(
  leader: Leader,
  turn: RecordedTurn,
  { freeze, ...records }: Pick<RecordView, 'workers' | 'plans'> & { readonly freeze: Stored<FreezeRecord> | undefined },
): Promise<boolean> {
  const operations = assignmentWrites(turn.actions, records);
  if (operations.length === 0) return true;
  const writes = [...operations, ...planWrites(records, planRecord(turn))];
  return writeAll(leader, writes, [unchangedSince(freezeKey, freeze)]);
}

/** Returns the writes that add a plan to the history, and delete those that are not kept. */
function planWrites({ plans }: Pick<RecordView, 'plans'>, plan: PlanRecord): readonly Operation[] {
  const known = listPlans(plans);
  const next = (known.at(-1)?.revision ?? 0) + 1;
  const expired = expiredPlans(known, plan.atWallMs).map(({ key }) => key);
  const deleted = known.length === 0 ? [formerPlanKey] : expired;
  return [putRecord(planKey(next), plan), ...deleted.map((key) => ({ kind: 'delete', key }) as const)];
}

/** Returns the writes of the assignments that the actions add or remove. */
export function assignmentWrites(
  actions: readonly PlanAction[],
  { workers }: Pick<RecordView, 'workers'>,
): readonly Operation[] {
  const infoOf = (id: WorkerId): WorkerInfo | undefined => workers.get(workerKey(id))?.value.info;
  return actions.flatMap((action): readonly Operation[] => {
    if (action.kind === 'measure' || action.kind === 'make') return [];
    const key = assignmentKey(action.assignment);
    if (action.kind === 'unload') return [{ kind: 'delete', key }];
    return [putRecord(key, withStoredClass(action.assignment, infoOf(action.assignment.worker)))];
  });
}
