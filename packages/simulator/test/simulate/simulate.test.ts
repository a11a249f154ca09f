import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { defaultSimulationParams, simulate, type SimulationResult } from '../../src/index.js';
import { buildRegistry, buildSimulatedVariant } from '../support/registry.js';
import { buildScenario, evenly, imagesWithin, poisson, production } from '../support/scenario.js';

const run = (fields: Parameters<typeof buildScenario>[0] = {}, seed = 1): Promise<SimulationResult> =>
  simulate(buildScenario(fields), production, seed);

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe('simulate', () => {
  it('gives the same bytes for the same scenario and seed, and others for another seed', async () => {
    const [first, second, other] = [await run(), await run(), await run({}, 2)];
    equal(JSON.stringify(first), JSON.stringify(second));
    ok(JSON.stringify({ ...first, seed: 2 }) !== JSON.stringify(other));
  });

  it('counts each query once, in the step of its arrival', async () => {
    const { totals, series, tasks, streams, stepMs } = await run({
      streams: [imagesWithin(100, evenly(10)), imagesWithin(9, evenly(100)), imagesWithin(2, evenly(1_000, 500))],
    });
    equal(stepMs, 1_000);
    equal(totals.asked, 1_000 + 100 + 10);
    deepEqual(
      series.asked,
      Array.from({ length: 10 }, () => 111),
    );
    equal(totals.onTime + totals.late + totals.rejected + totals.dropped + totals.unfinished, totals.asked);
    equal(sumOf(series.onTime), totals.onTime);
    equal(sumOf(series.rejected), totals.rejected);
    deepEqual(tasks, [{ task: 'images', totals: (({ usd: _, ...rest }) => rest)(totals) }]);
    const [within100, , within2] = streams;
    ok((within100?.totals.onTime ?? 0) > 990);
    equal(within2?.totals.rejected, 10);
  });

  it('pays for all slots of the workers that hold replicas', async () => {
    const { totals, series } = await run();
    const hours = 10 / 3_600;
    ok(sumOf(series.usedSlots) > 0);
    ok(Math.abs(totals.usd - (0.05 * hours * sumOf(series.usedSlots)) / 10) < 1e-12);
    ok(series.usedSlots.every((used) => used % 2 === 0 && used <= 8));
    // 200/s of 8 ms keep 1.6 slots busy, if none share a batch.
    const busy = sumOf(series.busySlots) / 10;
    ok(busy > 1 && busy < 2, `${busy} slots are busy`);
    ok(series.capacity.every((rate) => rate >= 200));
  });

  it('pays for no more than the duration, of which the last step may be a part', async () => {
    const { totals, series } = await run({ durationMs: 2_500 });
    const [usdPerSlotMs, [used = 0]] = [0.05 / 3_600_000, series.usedSlots];
    deepEqual(series.usedSlots, [used, used, used]);
    ok(used > 0 && Math.abs(totals.usd - usdPerSlotMs * used * 2_500) < 1e-12);
    ok(series.capacity.every((rate) => rate > 0));
  });

  it('serves accurate variants to those that require them', async () => {
    const registry = buildRegistry(
      buildSimulatedVariant('small', 0.8, { 1: 4 }),
      buildSimulatedVariant('big', 0.95, { 1: 20 }),
    );
    const strict = { ...imagesWithin(200, poisson(30)), objective: { minAccuracy: 0.9 } };
    const { streams, totals, series } = await run({ registry, streams: [imagesWithin(100, poisson(100)), strict] });
    equal(totals.inaccurate, 0);
    const { answered = 0, accuracySum = 0 } = streams[1]?.totals ?? {};
    ok(answered > 200 && Math.abs(accuracySum / answered - 0.95) < 1e-9);
    deepEqual(series.variants.map(({ variant }) => variant).toSorted(), ['big', 'small']);
  });

  it('rejects queries beyond the capacity, and answers as many as the slots can', async () => {
    const { totals, series } = await run({ streams: [imagesWithin(50, poisson(3_000))] });
    ok(totals.rejected > 0.2 * totals.asked);
    // 8 slots run 4 items in 20 ms.
    for (const onTime of series.onTime.slice(-3))
      ok(onTime > 0.85 * 1_600 && onTime < 1.05 * 1_600, `${onTime} on time`);
  });

  it('runs by true times, although policies see wrong ones', async () => {
    const fields = {
      streams: [imagesWithin(100, poisson(50))],
      registry: buildRegistry(buildSimulatedVariant('small', 0.9, { 1: 8 })),
    };
    const [exact, wrong] = [await run(fields), await run({ ...fields, profileError: 0.5, profileNoise: 0.1 })];
    equal(exact.totals.asked, wrong.totals.asked);
    ok(Math.abs(exact.totals.latency.p50Ms - wrong.totals.latency.p50Ms) < 1);
    ok(exact.totals.onTime > 0.99 * exact.totals.asked);
    // A profile that is half too high excludes the variant.
    const tight = { ...fields, streams: [imagesWithin(11, poisson(50))], profileError: 0.5 };
    const rejected = [1, 2, 3, 4].map(async (seed) => (await run(tight, seed)).totals.rejected > 100);
    deepEqual(new Set(await Promise.all(rejected)), new Set([false, true]));
  });

  it('waits for the last answers if it is stopped after the last arrival', async () => {
    const controller = new AbortController();
    const result = await simulate(buildScenario(), production, 1, {
      signal: controller.signal,
      onProgress: ({ simulatedMs, durationMs }) => simulatedMs === durationMs && controller.abort(),
    });
    deepEqual(result, await run());
  });

  it('reports its progress, and returns what it has when it is stopped', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const result = await simulate(buildScenario(), production, 1, {
      signal: controller.signal,
      onProgress({ simulatedMs, asked }) {
        seen.push(simulatedMs);
        ok(asked > 0);
        if (simulatedMs === 3_000) controller.abort();
      },
    });
    deepEqual(seen, [1_000, 2_000, 3_000]);
    equal(result.simulatedMs, 3_000);
    equal(result.series.asked.length, 3);
  });

  it('can be stopped within a second of many queries', async () => {
    const signal = AbortSignal.abort();
    const fields = { streams: [imagesWithin(100, evenly(1e-3))] };
    const params = { ...defaultSimulationParams, cluster: { ...defaultSimulationParams.cluster, warmUpMs: 1 } };
    const stopped = await simulate(buildScenario({ ...fields, params }), production, 1, { signal });
    ok(stopped.simulatedMs > 0 && stopped.simulatedMs < 1_000, `stopped after ${stopped.simulatedMs} ms`);
    ok(stopped.totals.asked > 0);
    equal(sumOf(stopped.series.asked), stopped.totals.asked);
  });

  it('rejects a stream of an unknown task, and arrivals that are not ascending', async () => {
    await rejects(run({ streams: [{ ...imagesWithin(1, evenly(1)), task: 'none' }] }), /task 'none'/);
    await rejects(run({ streams: [imagesWithin(1, () => [5, 4])] }), /after one at 5005 ms/);
  });
});
