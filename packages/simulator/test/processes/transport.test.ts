import { equal, ok } from 'node:assert/strict';
import { defaultSimulationParams, simulate, type ClusterParams, type SimulationResult } from '../../src/index.js';
import { buildScenario, evenly, imagesWithin, poisson, production } from '../support/scenario.js';

const withCluster = (cluster: Partial<ClusterParams>) => ({
  params: {
    ...defaultSimulationParams,
    cluster: { ...defaultSimulationParams.cluster, warmUpMs: 5_000, ...cluster },
  },
});

const run = (cluster: Partial<ClusterParams>, perSecond = 100): Promise<SimulationResult> =>
  simulate(
    buildScenario({ streams: [imagesWithin(500, evenly(1_000 / perSecond))], ...withCluster(cluster) }),
    production,
    1,
  );

const router = { receiveUs: 300, answerUs: 200, rejectUs: 100 };
const front = { receiveUs: 150, answerUs: 250, rejectUs: 50 };

describe('the CPU time of routers and fronts', () => {
  it('adds to the latency of a query that finds them idle', async () => {
    const [without, within] = [await run({}), await run({ router, front })];
    equal(within.totals.onTime, within.totals.asked);
    const moreMs = within.totals.latency.p50Ms - without.totals.latency.p50Ms;
    // The histogram of latencies is off by 1.6 %.
    ok(Math.abs(moreMs - 0.9) < 0.2, `${moreMs} ms`);
  });

  it('is the same on a host that has cores for all', async () => {
    const [own, shared] = [
      await run({ router, front }),
      await run({ router, front, host: { cores: 100, interference: 0, runWaitUs: 0, clientUs: 0, wakeUs: 0 } }),
    ];
    ok(Math.abs(own.totals.latency.p50Ms - shared.totals.latency.p50Ms) < 0.2);
    ok(Math.abs(own.totals.latency.p99Ms - shared.totals.latency.p99Ms) < 0.5);
    equal(own.totals.onTime, shared.totals.onTime);
  });

  it('limits what a router passes on', async () => {
    const slow = { receiveUs: 8_000, answerUs: 2_000, rejectUs: 0 };
    const { totals } = await simulate(
      buildScenario({ streams: [imagesWithin(60, poisson(400))], routers: 1, ...withCluster({ router: slow }) }),
      production,
      1,
    );
    // Queries that have waited too long are rejected, which takes the time for their receipt only.
    ok(totals.onTime < 0.3 * totals.asked && totals.rejected > 0.3 * totals.asked, JSON.stringify(totals));
  });

  it('takes from runs what a shared host has no cores for', async () => {
    const streams = [imagesWithin(100, poisson(3_000))];
    const host = { cores: 8, interference: 0, runWaitUs: 0, clientUs: 0, wakeUs: 0 };
    const onTime = async (cluster: Partial<ClusterParams>): Promise<number> =>
      (await simulate(buildScenario({ streams, ...withCluster(cluster) }), production, 1)).totals.onTime;
    const [free, busy] = [await onTime({ host }), await onTime({ host: { ...host, clientUs: 500 }, router, front })];
    // Clients, routers and fronts take more than 3 of 8 cores.
    ok(busy < 0.75 * free, `${busy} of ${free}`);
  });
});
