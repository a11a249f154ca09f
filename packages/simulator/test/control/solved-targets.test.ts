// By a real solver.

import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import {
  defaultSimulationParams,
  policyNamed,
  simulate,
  type SimulatedVariant,
  type SimulationResult,
} from '../../src/index.js';
import { openSolver } from '../baselines/support/open-solver.js';
import { buildFleet, buildRegistry, buildSimulatedVariant } from '../support/registry.js';
import { buildScenario, evenly, imagesWithin, poisson } from '../support/scenario.js';

const { cluster } = defaultSimulationParams;
/** Runs of 20 ms on plain workers with two slots, and of 2 ms on fast ones with eight, which cost as much as eighty plain slots. */
const scenario = (ratePerSecond: number) => {
  const [plain] = buildSimulatedVariant('small', 0.9, { 1: 20 }).profiles;
  if (plain === undefined) assert.fail('the variant has a profile');
  const points = [{ batch: 1, p50Ms: 2, p95Ms: 2.1, p99Ms: 2.2 }];
  return buildScenario({
    registry: buildRegistry(
      buildSimulatedVariant('small', 0.9, {}, { profiles: [plain, { ...plain, hardwareClass: 'fast', points }] }),
    ),
    fleet: {
      classes: [
        { name: 'plain', usdPerSlotHour: 0.05 },
        { name: 'fast', usdPerSlotHour: 0.5 },
      ],
      workers: [
        { hardwareClass: 'plain', count: 12, slots: 2, memoryMib: 8_192 },
        { hardwareClass: 'fast', count: 2, slots: 8, memoryMib: 8_192 },
      ],
    },
    streams: [imagesWithin(400, poisson(ratePerSecond))],
    durationMs: 90_000,
    params: { ...defaultSimulationParams, cluster: { ...cluster, warmUpMs: 5_000 } },
  });
};

/** Returns a variant whose batches take four times as long. */
const slower = ({ profiles, ...variant }: SimulatedVariant): SimulatedVariant => ({
  ...variant,
  profiles: profiles.map(({ points, ...profile }) => ({
    ...profile,
    points: points.map(({ batch, p50Ms, p95Ms, p99Ms }) => ({
      batch,
      p50Ms: 4 * p50Ms,
      p95Ms: 4 * p95Ms,
      p99Ms: 4 * p99Ms,
    })),
  })),
});

const usdPerHour = ({ series: { usd } }: SimulationResult): number => 3_600 * (usd.at(-1) ?? NaN);

describe('production whose targets are solved', () => {
  const solver = openSolver();
  after(() => solver.close());
  const run = (name: string, ratePerSecond: number): Promise<SimulationResult> =>
    simulate(scenario(ratePerSecond), policyNamed(name), 1, { solver });

  it('holds all replicas on the cheapest whole workers: two for 50/s, which keep one slot busy', async () => {
    const result = await run('pareto-release-hosts', 50);
    // A plain worker costs .1 an hour. The second one is there so that the loss of one leaves the other.
    assert.ok(Math.abs(usdPerHour(result) - 0.2) < 1e-6, `${usdPerHour(result)} USD/h`);
    assert.ok(result.totals.onTime / result.totals.asked > 0.97);
  });

  it('changes to the fast workers where they cost less: for 1,500/s, which 2.4 of the plain pools would take', async () => {
    const result = await run('pareto-release-hosts', 1_500);
    const { totals } = result;
    // One fast worker (4 USD/h, at most 2,800/s) and a plain one.
    assert.ok(Math.abs(usdPerHour(result) - 4.1) < 1e-6, `${usdPerHour(result)} USD/h`);
    assert.ok(totals.onTime / totals.asked > 0.95, `${totals.onTime} of ${totals.asked}`);
  });

  it('costs nothing once its tasks are idle, and holds the next queries until their variant is loaded', async () => {
    const { params = defaultSimulationParams, ...others } = scenario(50);
    const idleMs = milliseconds(20_000);
    const placement = { ...params.turn.placement, idleMs, keepWarmMs: idleMs };
    const [pausesAt, resumesAt] = [20_000, 200_000];
    const result = await simulate(
      {
        ...others,
        durationMs: 230_000,
        streams: [imagesWithin(400, evenly(20, 0, pausesAt)), imagesWithin(400, evenly(20, resumesAt))],
        params: { ...params, turn: { ...params.turn, placement } },
      },
      policyNamed('pareto-release-hosts'),
      1,
      { solver },
    );
    const { series, totals } = result;
    // The demand is held for two minutes, and its task is idle 20 s later.
    assert.ok(
      series.usd.slice(175, 199).every((usd) => usd === 0),
      series.usd.join(' '),
    );
    assert.ok(Math.abs(usdPerHour(result) - 0.2) < 1e-6, 'two workers hold the replicas again');
    // A load takes a second, in which 50 queries are held.
    const { dropped, late, rejected } = totals;
    assert.ok(
      dropped === 0 && late > 30 && late + rejected < 70,
      `${late} late, ${rejected} rejected, ${dropped} dropped`,
    );
    assert.ok(totals.latency.p99Ms < 1_500, `${totals.latency.p99Ms} ms`);
  });

  it('costs less than greedy targets, and answers as many queries', async () => {
    const [solved, greedy] = [await run('pareto-release-hosts', 200), await run('pareto-greedy', 200)];
    assert.ok(usdPerHour(solved) < usdPerHour(greedy));
    const shareOf = ({ totals }: SimulationResult): number => totals.onTime / totals.asked;
    assert.ok(shareOf(solved) > shareOf(greedy) - 0.02, `${shareOf(solved)}, ${shareOf(greedy)}`);
  });

  it('answers more in time than greedy targets where workers cost the same and the slots are too few', async () => {
    const few = buildScenario({
      registry: buildRegistry(
        buildSimulatedVariant('small', 0.72, { 1: 11, 4: 38 }),
        buildSimulatedVariant('large', 0.81, { 1: 62, 4: 230 }),
      ),
      fleet: buildFleet(1, 4),
      streams: [
        imagesWithin(60, poisson(225)),
        { ...imagesWithin(400, poisson(75)), objective: { latencyMs: milliseconds(400), minAccuracy: 0.8 } },
      ],
      durationMs: 60_000,
    });
    const onTimeOf = async (name: string): Promise<number> => (await simulate(few, policyNamed(name), 1)).totals.onTime;
    const [solved, greedy] = [await onTimeOf('pareto'), await onTimeOf('pareto-greedy')];
    assert.ok(solved > greedy, `${solved}, ${greedy}`);
  });

  it('stays within a budget, and answers what it suffices for', async () => {
    const { params = defaultSimulationParams, ...others } = scenario(1_500);
    const placement = { ...params.turn.placement, budgetUsdPerHour: 1.05 };
    const within = { ...others, params: { ...params, turn: { ...params.turn, placement } } };
    const result = await simulate(within, policyNamed('pareto-release-hosts'), 1, { solver });
    assert.ok(Math.max(...result.series.usd) * 3_600 <= 1.05, 'no fast worker, and ten plain ones at most');
    assert.ok(usdPerHour(result) > 0.95);
    const { onTime, asked } = result.totals;
    // Twenty slots with runs of 20 ms answer at most 1,000/s.
    assert.ok(onTime / asked > 0.45 && onTime / asked < 0.67, `${onTime} of ${asked}`);
  });

  it('states how good its plans are', async () => {
    const { plans } = await run('pareto-release-hosts', 200);
    const { solved = 0, exact = 1, greedy = 1, stale = 1 } = plans?.sources ?? {};
    assert.ok(Math.abs(solved + exact + greedy + stale - 1) < 1e-9);
    assert.ok(solved > 0.5 && exact === 0, JSON.stringify(plans));
    assert.ok(plans !== undefined && plans.meanGap !== null && plans.meanGap < 0.05, JSON.stringify(plans));
    assert.equal((await run('pareto-greedy', 200)).plans, undefined);
  });

  it('gives the same result each time', async () => {
    assert.deepEqual(await run('pareto-release-hosts', 200), await run('pareto-release-hosts', 200));
  });

  it('as pareto-accurate has clients answered by the most accurate variant in time, as far as the slots suffice', async () => {
    const two = (ratePerSecond: number) => {
      const { registry, ...others } = scenario(ratePerSecond);
      const variants = registry.variants.flatMap((small) => [
        small,
        { ...slower(small), name: 'large', architecture: 'large', accuracy: 0.98 },
      ]);
      return { ...others, registry: { ...registry, variants } };
    };
    const accuracyOf = async (name: string, ratePerSecond: number): Promise<number> => {
      const { totals } = await simulate(two(ratePerSecond), policyNamed(name), 1, { solver });
      assert.ok(totals.onTime / totals.asked > 0.95, `${name}: ${totals.onTime} of ${totals.asked}`);
      return totals.accuracySum / totals.answered;
    };
    assert.ok((await accuracyOf('pareto-release-hosts', 200)) < 0.91);
    assert.ok((await accuracyOf('pareto-accurate', 200)) > 0.97);
  });

  it('needs a solver', async () => {
    await assert.rejects(
      simulate(scenario(50), policyNamed('pareto-release-hosts'), 1),
      /the policy pareto-release-hosts needs a solver/,
    );
  });
});
