import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { createLoki } from '../../../src/baselines/loki/loki.js';
import type { SimulationResult } from '../../../src/result/simulation-result.js';
import { simulate } from '../../../src/simulate/simulate.js';
import { openSolver } from '../support/open-solver.js';
import { changesOf, record, type Recorded } from '../support/recorded.js';
import { objective, twoVariants } from '../support/scaling.js';
import { servingReplica } from '../support/serving-replica.js';
import { smallCluster, workersOn } from '../support/small-cluster.js';
import { smallScenario, steadyStream, type Phase } from '../support/small-scenario.js';

const fleet = { classes: [{ name: 'cpu', usdPerSlotHour: 0.05 }], workers: [workersOn('cpu', 2, 1)] };

describe('the Loki baseline', () => {
  const solver = openSolver();
  after(() => solver.close());
  const run = async (
    phases: readonly Phase[],
  ): Promise<{ readonly recorded: Recorded; readonly result: SimulationResult }> => {
    const recorded = record(createLoki());
    const durationMs = phases.at(-1)?.untilMs ?? 0;
    const scenario = smallScenario(twoVariants, fleet, [steadyStream(200, phases)], durationMs);
    return { recorded, result: await simulate(scenario, recorded.policy, 1, { solver }) };
  };

  it('scales the hardware first, then the accuracy, and both back', async () => {
    // A server serves 25/s of large or 100/s of small. The mean of the run is 33.3/s: 2 servers. 1.05 × 20/s: 1 server. At 30 s, the average
    // is 59.7/s. Three servers would be needed for large, so that the accuracy is scaled. At 50 s, it is 20.3/s.
    const { recorded, result } = await run([
      { ratePerSecond: 20, untilMs: 20_000 },
      { ratePerSecond: 60, untilMs: 40_000 },
      { ratePerSecond: 20, untilMs: 60_000 },
    ]);
    assert.deepEqual(changesOf(recorded), [
      [-30_000, 'large 2'],
      [10_000, 'large 1'],
      [30_000, 'large 1, small 1'],
      [50_000, 'large 1'],
    ]);
    const { series } = result;
    for (const second of [5, 15, 35, 45, 55]) assert.equal(series.onTime[second], series.asked[second], `${second}`);
    // Two servers from 0 to 10 s and from 30 to 50 s, otherwise one.
    assert.ok(Math.abs(result.totals.usd - (90 * 0.05) / 3_600) < 1e-6, `${result.totals.usd}`);
  });
  it('sends queries to the most accurate replica first', async () => {
    // 63/s are planned, of which large gets 25: its capacity.
    const { result } = await run([{ ratePerSecond: 60, untilMs: 20_000 }]);
    const { totals } = result;
    assert.equal(totals.onTime, 1_200);
    const accuracy = totals.accuracySum / totals.answered;
    assert.ok(Math.abs(accuracy - (25 * 0.9 + 38 * 0.7) / 63) < 0.002, `${accuracy}`);
  });
  it('moves queries on that would be late, to the most accurate replica that can make it', () => {
    const cluster = smallCluster(twoVariants, [workersOn('cpu', 3, 1)], { cpu: 0.05 });
    const [w0, w1, w2] = cluster.workers;
    const policy = createLoki();
    assert.ok(policy.kind === 'baseline' && w0 !== undefined && w1 !== undefined && w2 !== undefined);
    const [stream, aim] = [steadyStream(200, []), objective(200)];
    const { route, batch } = policy.serve({
      ...{ cluster, streams: [stream], objectives: [aim], durationMs: 1_000, warmUpMs: 0 },
      ...{ rng: createSeededRng(1), arrivals: () => [], solver: undefined },
    });
    const query = { stream: 0, task: 'images', objective: aim, arrivedAt: 0, dueAt: 200 };
    // At 161 ms, large cannot make it with its 40 ms, and small can with its 10 ms.
    const large = servingReplica('large', w0, { queue: [query, query] });
    assert.deepEqual(batch(large, 160), { kind: 'run', count: 1 });
    assert.deepEqual(batch(large, 161), { kind: 'move', count: 1 });
    const small = servingReplica('small', w1, { queue: [query, query] });
    const replicas = [large, small, servingReplica('large', w2)];
    assert.deepEqual(route(query, replicas, 150), { kind: 'send', replica: replicas[2] });
    assert.deepEqual(route(query, replicas, 161), { kind: 'send', replica: small });
    // Behind two others, it would be answered after 30 ms.
    assert.deepEqual(route(query, replicas, 171), { kind: 'reject' });
    // A query that arrives is sent all the same.
    const late = { ...query, arrivedAt: 171 };
    assert.deepEqual(route(late, [large, small], 171), { kind: 'send', replica: small });
  });
});
