import assert from 'node:assert/strict';
import { milliseconds, type PlanQuality } from '@pareto/core';
import { createPlanTally } from '../../src/result/plan-tally.js';

const quality = (source: PlanQuality['source'], usdPerHour?: number): PlanQuality => ({
  ...{ source, at: milliseconds(0), planId: 'p' },
  ...(usdPerHour !== undefined && { cost: { usdPerHour, boundUsdPerHour: 1 } }),
});

describe('createPlanTally', () => {
  it('has the share of the time by source and the mean gap, without the time before the start', () => {
    const tally = createPlanTally(1_000);
    tally.planned(quality('greedy'), 0);
    tally.planned(quality('solved', 2), 2_000);
    tally.planned(quality('solved', 4), 5_000);
    tally.planned(quality('stale'), 6_000);
    assert.deepEqual(tally.result(11_000), {
      meanGap: (3 * 0.5 + 1 * 0.75) / 4,
      sources: { solved: 0.4, exact: 0, greedy: 0.1, stale: 0.5, frozen: 0 },
    });
  });

  it('has no gap without a bound, and no shares without plans', () => {
    const none = createPlanTally(0).result(1_000);
    assert.deepEqual(none, { meanGap: null, sources: { solved: 0, exact: 0, greedy: 0, stale: 0, frozen: 0 } });
  });
});
