// Which recorded plans are no longer kept. Pure.

/** A recorded plan, without its contents. */
export interface KeptPlan {
  readonly atWallMs: number;
  /** Rows of its record. */
  readonly rows: number;
}

export interface PlanHistoryParams {
  readonly maxAgeMs: number;
  /** Number of the newest plans of which all are kept. */
  readonly newest: number;
  /** Length of the periods of which only the last plan is kept, among the older ones. */
  readonly periodMs: number;
  /** Maximum number of rows of all plans, which bounds the memory of every controller. */
  readonly maxRows: number;
}

export const defaultPlanHistoryParams: PlanHistoryParams = {
  maxAgeMs: 24 * 3_600_000,
  newest: 100,
  periodMs: 5 * 60_000,
  maxRows: 50_000,
};

/** Returns the plans to delete. `plans` are ascending by time. The last one is always kept. */
export function expiredPlans<P extends KeptPlan>(
  plans: readonly P[],
  nowWallMs: number,
  { maxAgeMs, newest, periodMs, maxRows }: PlanHistoryParams = defaultPlanHistoryParams,
): readonly P[] {
  const periodOf = ({ atWallMs }: P): number => Math.floor(atWallMs / periodMs);
  const expired: P[] = [];
  let rows = 0;
  plans.toReversed().forEach((plan, index, all) => {
    const next = all[index - 1];
    const isThinned = next !== undefined && index >= newest && periodOf(next) === periodOf(plan);
    const isOld = nowWallMs - plan.atWallMs > maxAgeMs;
    if (next !== undefined && (isThinned || isOld || rows + plan.rows > maxRows)) expired.push(plan);
    else rows += plan.rows;
  });
  return expired;
}
