// The recorded plans, by revision.

import type { KeptPlan } from '@pareto/policy';
import type { RecordView } from '../storage/record-tables.js';
import { planRevisionIn, type PlanRecord } from '../storage/records.js';

export interface ListedPlan extends KeptPlan {
  readonly key: string;
  readonly revision: number;
  readonly plan: PlanRecord;
}

/** Returns the recorded plans, ascending by revision. */
export const listPlans = (plans: RecordView['plans']): readonly ListedPlan[] =>
  Array.from(plans.values(), ({ key, value: plan }) => ({
    ...{ key, revision: planRevisionIn(key), plan, atWallMs: plan.atWallMs },
    rows: [plan.replicas, plan.actions, plan.demands, plan.classes, plan.unmet].reduce(
      (sum, own) => sum + own.length,
      0,
    ),
  })).toSorted((a, b) => a.revision - b.revision);
