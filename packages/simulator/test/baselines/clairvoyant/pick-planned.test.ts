import assert from 'node:assert/strict';
import { pickPlanned } from '../../../src/baselines/clairvoyant/pick-planned.js';
import { simulate, type SimulationResult } from '../../../src/index.js';
import { buildScenario, production } from '../../support/scenario.js';

describe('pickPlanned', () => {
  let some: SimulationResult;
  before(async () => {
    some = await simulate(buildScenario({ durationMs: 1_000 }), production, 1);
  });
  const result = (onTime: number, usd: number): SimulationResult => ({
    ...some,
    totals: { ...some.totals, asked: 100, onTime, usd },
  });

  it('picks the cheapest of those that reach the attainment', () => {
    const [missing, dear, cheap] = [result(98, 1), result(100, 5), result(99, 3)];
    assert.equal(pickPlanned([missing, dear, cheap], 0.99), cheap);
  });

  it('picks the largest attainment if none reaches it', () => {
    const [less, more] = [result(90, 1), result(95, 5)];
    assert.equal(pickPlanned([less, more], 0.99), more);
  });
});
