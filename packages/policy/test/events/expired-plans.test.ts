import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  defaultPlanHistoryParams,
  expiredPlans,
  type KeptPlan,
  type PlanHistoryParams,
} from '../../src/events/expired-plans.js';

const params: PlanHistoryParams = { maxAgeMs: 10_000, newest: 2, periodMs: 1_000, maxRows: 100 };
const at = (atWallMs: number, rows = 1): KeptPlan => ({ atWallMs, rows });
const kept = (plans: readonly KeptPlan[], now: number): readonly number[] => {
  const expired = expiredPlans(plans, now, params);
  return plans.filter((plan) => !expired.includes(plan)).map(({ atWallMs }) => atWallMs);
};

describe('expiredPlans', () => {
  it('keeps all of the newest plans, and the last one of each earlier period', () => {
    assert.deepEqual(
      kept(
        [100, 200, 900, 1_100, 1_200, 1_300, 1_400].map((ms) => at(ms)),
        1_400,
      ),
      [900, 1_300, 1_400],
    );
  });

  it('deletes plans that are too old, but never the last one', () => {
    assert.deepEqual(kept([at(0), at(5_000), at(9_000)], 15_001), [9_000]);
    assert.deepEqual(kept([at(0)], 1e12), [0]);
    assert.deepEqual(kept([], 0), []);
  });

  it('bounds the rows of all plans, and keeps the last one however large it is', () => {
    assert.deepEqual(kept([at(0, 60), at(1_000, 60), at(2_000, 40)], 2_000), [1_000, 2_000]);
    assert.deepEqual(kept([at(0, 1), at(1_000, 500)], 1_000), [1_000]);
  });

  it('keeps a bounded number of plans of a cluster that changes each minute', () => {
    let plans: readonly KeptPlan[] = [];
    for (let ms = 0; ms < 2 * 24 * 3_600_000; ms += 60_000) {
      plans = [...plans, at(ms)];
      const expired = new Set(expiredPlans(plans, ms));
      plans = plans.filter((plan) => !expired.has(plan));
    }
    const { newest, maxAgeMs, periodMs } = defaultPlanHistoryParams;
    const [first] = plans;
    assert.ok(plans.length <= newest + maxAgeMs / periodMs, String(plans.length));
    assert.ok(first !== undefined && first.atWallMs >= 24 * 3_600_000 - 2 * periodMs);
  });
});
