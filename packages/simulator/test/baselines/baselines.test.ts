import assert from 'node:assert/strict';
import { createBaselines } from '../../src/baselines/baselines.js';
import { simulate } from '../../src/simulate/simulate.js';
import { faultyScenario } from './support/faulty-scenario.js';
import { openSolver } from './support/open-solver.js';

describe('the baselines', () => {
  const solver = openSolver();
  after(() => solver.close());
  it('have names of their own', () => {
    const names = createBaselines().map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });
  for (const [index, policy] of createBaselines().entries())
    it(`${policy.name} gives the same result again, in which each query has one outcome`, async () => {
      const result = await simulate(faultyScenario, policy, 7, { solver });
      assert.deepEqual(await simulate(faultyScenario, policy, 7, { solver }), result);
      assert.deepEqual(await simulate(faultyScenario, createBaselines()[index] ?? policy, 7, { solver }), result);
      const { asked, answered, onTime, late, inaccurate, rejected, dropped, unfinished } = result.totals;
      assert.equal(onTime + late + inaccurate, answered);
      assert.equal(answered + rejected + dropped + unfinished, asked);
      assert.ok(onTime > 0.5 * asked && onTime <= asked, `${onTime} of ${asked}`);
    });
});
