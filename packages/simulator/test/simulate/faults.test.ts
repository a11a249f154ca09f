import { deepEqual, equal, ok } from 'node:assert/strict';
import { variantId } from '@pareto/core';
import { leastQueried } from '../../src/baselines/fixed/route-fixed.js';
import {
  simulate,
  type Fault,
  type ServingPolicy,
  type SimulatedFleet,
  type SimulationResult,
} from '../../src/index.js';
import { buildFleet, buildRegistry, buildSimulatedVariant } from '../support/registry.js';
import { buildScenario, evenly, imagesWithin, production } from '../support/scenario.js';

/** Queries every 10 ms for 12 s, whose runs take 8 ms, on two workers with two slots. Each loads in one second. */
const run = (
  faults: readonly Fault[],
  fleet: SimulatedFleet = buildFleet(2, 2),
  policy: ServingPolicy = production,
): Promise<SimulationResult> =>
  simulate(
    buildScenario({
      ...{ faults, fleet, streams: [imagesWithin(100, evenly(10))], durationMs: 12_000 },
      registry: buildRegistry(buildSimulatedVariant('small', 0.9, { 1: 8 })),
    }),
    policy,
    1,
  );

/** A replica on each worker, and a query for the one with the fewest. */
const keepOneEach: ServingPolicy = {
  kind: 'baseline',
  name: 'one-each',
  plan: () => ({
    everyMs: 100,
    plan: ({ workers }) => workers.map(({ id }) => ({ variant: variantId('small'), worker: id, count: 1 })),
  }),
  serve: () => ({
    route(_query, replicas) {
      const replica = leastQueried(replicas);
      return replica === undefined ? { kind: 'reject' } : { kind: 'send', replica };
    },
    batch: () => ({ kind: 'run', count: 1 }),
  }),
};

const missed = ({ totals }: SimulationResult): number => totals.asked - totals.onTime;
const replicasAt = ({ series }: SimulationResult, second: number): number =>
  series.variants.reduce((sum, { replicas }) => sum + (replicas[second] ?? 0), 0);

describe('faults', () => {
  it('are needed for queries to be missed', async () => {
    const result = await run([]);
    equal(missed(result), 0);
    ok(replicasAt(result, 2) >= 2);
  });

  it('retry the queries of a worker that fails on the other one', async () => {
    const result = await run([{ kind: 'worker-fails', atMs: 3_000, worker: 'w0' }]);
    const { series, totals } = result;
    equal(series.usedSlots[2], 4);
    equal(series.usedSlots[5], 2);
    // Those that were lost run again, and the remaining slots suffice.
    equal(totals.dropped, 0);
    ok(totals.onTime >= totals.asked - 20, `${totals.onTime} of ${totals.asked} on time`);
    ok(totals.answered >= totals.asked - 2);
  });

  it('retry the queries of a worker that hangs once two pings have failed, and load its replicas elsewhere', async () => {
    const result = await run([{ kind: 'worker-hangs', atMs: 3_000, worker: 'w0' }], buildFleet(3, 2));
    const { series, totals } = result;
    // A ping that is sent within 500.5 ms times out after 1 s. From then on, no query is sent there.
    equal(missed(result), 500 - series.onTime.slice(0, 5).reduce((sum, count) => sum + count, 0));
    ok(missed(result) > 0);
    // The next ping times out after 500 ms: its queries are answered by the other worker.
    deepEqual([totals.answered, totals.late], [1_200, missed(result)]);
    // The last message of the worker arrives at 2,500.25 ms, and its session ends 3 s later, after a probe of 300 ms. It has 1.5 s to rejoin,
    // until 7,300.25 ms. The next turn follows within 1 s, and the load takes 1 s.
    deepEqual(
      [1, 4, 6, 7, 9].map((second) => replicasAt(result, second)),
      [2, 1, 1, 1, 2],
    );
    // The host is paid for.
    deepEqual([series.usedSlots[2], series.usedSlots[5], series.usedSlots[10]], [4, 4, 6]);
  });

  it('stop to pay for a worker that hangs when it joins again', async () => {
    const of = { hardwareClass: 'plain', slots: 2, memoryMib: 8_192 };
    for (const policy of [production, keepOneEach]) {
      const { series } = await run(
        [
          { kind: 'worker-hangs', atMs: 3_000, worker: 'w0' },
          { kind: 'worker-joins', atMs: 6_000, worker: 'w0', of },
        ],
        buildFleet(2, 2),
        policy,
      );
      deepEqual([series.usedSlots[5], series.usedSlots[11], series.onTime[11]], [4, 4, 100]);
    }
  });

  it('move the replicas of a worker that leaves before it ends', async () => {
    const result = await run([{ kind: 'worker-leaves', atMs: 3_000, worker: 'w0' }]);
    equal(missed(result), 0);
    equal(result.series.usedSlots[9], 2);
  });

  it('leave queries unanswered if no worker has the class of their variant', async () => {
    const [{ classes, workers }, fast] = [
      buildFleet(1, 2),
      { hardwareClass: 'fast', count: 1, slots: 1, memoryMib: 512 },
    ];
    const fleet = { classes: [...classes, { name: 'fast', usdPerSlotHour: 1 }], workers: [...workers, fast] };
    const { totals } = await run([{ kind: 'worker-fails', atMs: 3_000, worker: 'w0' }], fleet);
    ok(totals.onTime >= 298, `${totals.onTime} on time`);
    ok(totals.onTime <= 302);
  });

  it('use a worker that joins', async () => {
    const of = { hardwareClass: 'plain', slots: 2, memoryMib: 8_192 };
    const result = await run([
      { kind: 'worker-fails', atMs: 2_000, worker: 'w0' },
      { kind: 'worker-joins', atMs: 5_000, worker: 'w9', of },
    ]);
    equal(result.series.usedSlots[4], 2);
    equal(result.series.usedSlots[10], 4);
  });

  it('pay for a host from its request, and use its worker once it has started', async () => {
    const of = { hardwareClass: 'plain', slots: 2, memoryMib: 8_192 };
    const faults: readonly Fault[] = [
      { kind: 'worker-fails', atMs: 2_000, worker: 'w0' },
      { kind: 'worker-joins', atMs: 5_000, worker: 'w9', of, startMs: 4_000 },
    ];
    for (const policy of [production, keepOneEach]) {
      const { series } = await run(faults, buildFleet(2, 2), policy);
      for (const [second, slots] of [2, 4, 4, 4].map((slots, index) => [2 + 3 * index, slots] as const))
        equal(series.usedSlots[second], slots, `second ${second}`);
    }
    const result = await run(faults, buildFleet(2, 2), keepOneEach);
    equal(replicasAt(result, 8), 1);
    equal(replicasAt(result, 11), 2);
  });

  it('pay for a host that holds nothing until it ends', async () => {
    const of = { hardwareClass: 'other', slots: 2, memoryMib: 8_192 };
    const fleet = { ...buildFleet(2, 2), classes: [...buildFleet(2, 2).classes, { name: 'other', usdPerSlotHour: 1 }] };
    for (const kind of ['worker-fails', 'worker-leaves'] as const)
      for (const policy of [production, keepOneEach]) {
        const { series } = await run(
          [
            { kind: 'worker-joins', atMs: 3_000, worker: 'w9', of, startMs: 2_000 },
            { kind, atMs: 7_000, worker: 'w9' },
          ],
          fleet,
          policy,
        );
        for (const [second, slots] of [
          [2, 4],
          [3, 6],
          [6, 6],
          [8, 4],
          [11, 4],
        ] as const)
          equal(series.usedSlots[second], slots, `${policy.name}, ${kind}: second ${second}`);
      }
  });

  it('use a worker that is replaced immediately, or while it drains', async () => {
    const of = { hardwareClass: 'plain', slots: 2, memoryMib: 8_192 };
    for (const kind of ['worker-fails', 'worker-leaves'] as const)
      for (const policy of [production, keepOneEach]) {
        const faults: readonly Fault[] = [
          { kind, atMs: 2_000, worker: 'w0' },
          { kind: 'worker-joins', atMs: 2_000, worker: 'w0', of },
          { kind: 'worker-fails', atMs: 6_000, worker: 'w1' },
        ];
        const { series } = await run(faults, buildFleet(2, 2), policy);
        equal(series.usedSlots[10], 2);
        equal(series.onTime[10], 100);
      }
  });

  it('replace executors that die, and run their queries again', async () => {
    const result = await run([
      { kind: 'executor-dies', atMs: 3_001, worker: 'w0' },
      { kind: 'executor-dies', atMs: 3_001, worker: 'w1', variant: 'small' },
      { kind: 'executor-dies', atMs: 3_001, worker: 'w1', variant: 'none' },
    ]);
    const before = replicasAt(result, 2);
    equal(replicasAt(result, 3), 0);
    ok(replicasAt(result, 6) >= before);
    ok(missed(result) > 0);
    // The load takes a second.
    ok(missed(result) < 200, `${missed(result)} missed`);
    equal(result.totals.unfinished, 0);
  });

  it('slow down the batches of a worker for a time', async () => {
    const slow = { kind: 'slow-service', atMs: 3_000, untilMs: 6_000, factor: 3 } as const;
    const [one, all] = [await run([{ ...slow, worker: 'w0' }]), await run([slow])];
    /** Returns the mean number of busy slots in three seconds. */
    const busy = ({ series }: SimulationResult, from: number): number =>
      series.busySlots.slice(from, from + 3).reduce((sum, slots) => sum + slots / 3, 0);
    ok(busy(one, 3) > 1.2 * busy(one, 0));
    ok(busy(all, 3) > 2 * busy(all, 0));
    ok(Math.abs(busy(all, 9) - busy(all, 0)) < 0.3);
  });
});
