import assert from 'node:assert/strict';
import { boundScenario, planScenario, simulate } from '../../../src/index.js';
import { buildScenario, production } from '../../support/scenario.js';
import { limits, openSolver } from './support/open-solver.js';

describe('planScenario', () => {
  const solver = openSolver();
  after(() => solver.close());

  it('serves the queries at a cost between the bound and that of production', async () => {
    const scenario = buildScenario({ durationMs: 60_000 });
    const bound = await boundScenario(solver, scenario, 1, limits);
    const { policy, unplaced } = await planScenario(solver, scenario, 1, limits);
    assert.deepEqual(unplaced, []);
    const { totals } = await simulate(scenario, policy, 1);
    const ours = await simulate(scenario, production, 1);
    assert.equal(bound.attainment, 0.99);
    assert.ok(totals.onTime >= 0.99 * totals.asked, `${totals.onTime} of ${totals.asked} on time`);
    assert.ok(bound.usd > 0 && bound.usd < totals.usd, `bound ${bound.usd}, planned ${totals.usd}`);
    assert.ok(totals.usd <= ours.totals.usd, `planned ${totals.usd}, production ${ours.totals.usd}`);
  });

  it('plans the arrivals of the seed', async () => {
    const scenario = buildScenario();
    const [first, again, other] = [
      await boundScenario(solver, scenario, 1, limits),
      await boundScenario(solver, scenario, 1, limits),
      await boundScenario(solver, scenario, 2, limits),
    ];
    assert.deepEqual(first, again);
    assert.notEqual(first.usd, other.usd);
  });

  it('counts a worker that joins from the beginning', async () => {
    const scenario = buildScenario({ fleet: { classes: buildScenario().fleet.classes, workers: [] } });
    assert.equal((await boundScenario(solver, scenario, 1, limits)).attainment, 0);
    const [workers] = buildScenario().fleet.workers;
    assert.ok(workers !== undefined);
    const joins = { kind: 'worker-joins', atMs: 5_000, worker: 'w0', of: workers } as const;
    assert.equal((await boundScenario(solver, { ...scenario, faults: [joins] }, 1, limits)).attainment, 0.99);
  });
});
