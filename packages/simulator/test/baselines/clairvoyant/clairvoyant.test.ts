import assert from 'node:assert/strict';
import { createClairvoyant, defaultClairvoyantParams } from '../../../src/baselines/clairvoyant/clairvoyant.js';
import type { PlannedSetting } from '../../../src/baselines/clairvoyant/pick-planned.js';
import { simulate, type SimulateOptions, type SimulationProgress, type SimulationResult } from '../../../src/index.js';
import type { Scenario } from '../../../src/scenario/scenario.js';
import { buildScenario, production } from '../../support/scenario.js';
import { openSolver } from '../support/open-solver.js';

describe('the clairvoyant', () => {
  const solver = openSolver();
  after(() => solver.close());
  const [cheap, careful] = [
    { latencyShare: 0.5, utilisation: 0.9 },
    { latencyShare: 0.2, utilisation: 0.5 },
  ] as const;

  const run = (
    scenario: Scenario,
    settings: readonly PlannedSetting[] = [careful],
    options: SimulateOptions = {},
  ): Promise<SimulationResult> =>
    simulate(scenario, createClairvoyant({ ...defaultClairvoyantParams, settings }), 1, { solver, ...options });
  const factsOf = ({ clairvoyant }: SimulationResult): NonNullable<SimulationResult['clairvoyant']> =>
    clairvoyant ?? assert.fail();

  it('serves the queries at a cost between the bound and that of production', async () => {
    const scenario = buildScenario({ durationMs: 60_000 });
    const result = await run(scenario);
    const { policy, totals } = result;
    const { bound, setting } = factsOf(result);
    const ours = await simulate(scenario, production, 1);
    assert.deepEqual([policy, bound.attainment, setting], ['clairvoyant', 0.99, careful]);
    assert.ok(totals.onTime >= 0.99 * totals.asked, `${totals.onTime} of ${totals.asked} on time`);
    assert.ok(bound.usd > 0 && bound.usd < totals.usd, `bound ${bound.usd}, planned ${totals.usd}`);
    assert.ok(totals.usd <= ours.totals.usd, `planned ${totals.usd}, production ${ours.totals.usd}`);
  });

  it('plans the arrivals of the seed, in windows of equal length', async () => {
    // A window of 10 s would have a lower rate.
    const short = buildScenario({ durationMs: 3_000 });
    const policy = createClairvoyant();
    const [first, again, other] = [
      await simulate(short, policy, 1, { solver }),
      await simulate(short, policy, 1, { solver }),
      await simulate(short, policy, 2, { solver }),
    ];
    assert.deepEqual(first, again);
    assert.notEqual(factsOf(first).bound.usd, factsOf(other).bound.usd);
    assert.ok(first.totals.onTime >= 0.99 * first.totals.asked, `${first.totals.onTime} of ${first.totals.asked}`);
  });

  it('counts a worker that joins from the beginning', async () => {
    const scenario = buildScenario({ fleet: { classes: buildScenario().fleet.classes, workers: [] } });
    assert.equal(factsOf(await run(scenario)).bound.attainment, 0);
    const [workers] = buildScenario().fleet.workers;
    assert.ok(workers !== undefined);
    const joins = { kind: 'worker-joins', atMs: 5_000, worker: 'w0', of: workers } as const;
    assert.equal(factsOf(await run({ ...scenario, faults: [joins] })).bound.attainment, 0.99);
  });

  it('reports the progress over all settings, and stops in the one that runs', async () => {
    const scenario = buildScenario();
    const stop = new AbortController();
    const shares: number[] = [];
    const onProgress = ({ simulatedMs, durationMs }: SimulationProgress): void => {
      shares.push(simulatedMs / durationMs);
      if (simulatedMs === 13_000) stop.abort();
    };
    const { simulatedMs, clairvoyant } = await run(scenario, [cheap, careful], { signal: stop.signal, onProgress });
    assert.deepEqual([shares[0], shares[9], shares.at(-1)], [0.05, 0.5, 0.65]);
    assert.deepEqual([simulatedMs, clairvoyant?.setting], [3_000, careful]);
  });

  it('rejects with the reason if it is stopped before it simulates', async () => {
    const reason = new Error('interrupted');
    await assert.rejects(run(buildScenario(), [careful], { signal: AbortSignal.abort(reason) }), reason);
  });

  it('needs a solver', () =>
    assert.rejects(simulate(buildScenario(), createClairvoyant(), 1), /the policy clairvoyant needs a solver/));
});
