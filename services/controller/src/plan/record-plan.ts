// Writes of plan actions to the store.

import type { Clock, PlanAction, WorkerId, WorkerInfo } from '@pareto/core';
import type { Operation } from '@pareto/state';
import type { Leader } from '../leadership/leadership.js';
import type { RecordView } from '../storage/record-tables.js';
import { assignmentKey, lastPlanKey, putRecord, workerKey } from '../storage/records.js';
import { withStoredClass } from '../storage/stored-classes.js';
import { writeAll } from '../leadership/write-all.js';

/** Maximum number of actions in the record of the last plan, which is only displayed. */
const maxRecordedActions = 200;

/** Writes the plan; to be called before any effect. A plan that only makes and measures is not written. */
export async function recordPlan(
  leader: Leader,
  clock: Clock,
  id: string,
  actions: readonly PlanAction[],
  records: Pick<RecordView, 'workers'>,
): Promise<void> {
  const operations = assignmentWrites(actions, records);
  if (operations.length === 0) return;
  const last = { id, atWallMs: clock.wallMs(), actions: actions.slice(0, maxRecordedActions) };
  await writeAll(leader, [...operations, putRecord(lastPlanKey, last)]);
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
