import { deepEqual, equal, fail, ok, rejects } from 'node:assert/strict';
import { milliseconds, systemClock, variantId, workerId } from '@pareto/core';
import {
  simulate,
  type BatchChoice,
  type Fault,
  type QueryServer,
  type ReplicaPlanner,
  type ServingPolicy,
  type SimulationResult,
  type BaselinePlanner,
} from '../../src/index.js';
import { leastQueried } from '../../src/baselines/fixed/route-fixed.js';
import { planChanges } from '../../src/policies/plan-changes.js';
import { buildFleet, buildRegistry, buildSimulatedVariant } from '../support/registry.js';
import { buildScenario, evenly, imagesWithin } from '../support/scenario.js';

const small = variantId('small');
const onFirst = (count: number): ReplicaPlanner => ({
  everyMs: 1_000,
  plan: () => [{ variant: small, worker: workerId('w0'), count }],
});

const all = ({ queue }: { readonly queue: readonly unknown[] }): BatchChoice => ({ kind: 'run', count: queue.length });
const toFirst: QueryServer['route'] = (_, [replica]) =>
  replica === undefined ? { kind: 'reject' } : { kind: 'send', replica };

/** A query every 10 ms, whose runs take 8 ms alone and 12 ms in a pair. */
const run = (
  planner: BaselinePlanner,
  server: QueryServer,
  fields: { readonly faults?: readonly Fault[]; readonly arrivals?: ReturnType<typeof imagesWithin>['arrivals'] } = {},
): Promise<SimulationResult> => {
  const policy: ServingPolicy = { kind: 'baseline', name: 'test', plan: () => planner, serve: () => server };
  const { faults = [], arrivals = evenly(10) } = fields;
  const variant = buildSimulatedVariant('small', 0.9, { 1: 8, 2: 12 });
  const exact = variant.profiles.map((profile) => ({
    ...profile,
    points: profile.points.map((point) => ({ ...point, p95Ms: point.p50Ms, p99Ms: point.p50Ms })),
  }));
  const registry = buildRegistry({ ...variant, profiles: exact });
  const scenario = buildScenario({ faults, registry, fleet: buildFleet(2, 1), streams: [imagesWithin(20, arrivals)] });
  return simulate(scenario, policy, 1);
};

describe('a baseline', () => {
  it('loads what its planner plans, and answers what its server sends', async () => {
    const { totals, series } = await run(onFirst(1), { route: toFirst, batch: all });
    equal(totals.onTime, 1_000);
    // The way there and back, and the run.
    ok(Math.abs(totals.latency.p50Ms - 8.5) < 0.2);
    deepEqual(
      series.usedSlots,
      Array.from({ length: 10 }, () => 1),
    );
    ok(series.busySlots.every((busy) => Math.abs(busy - 0.8) < 0.01));
    ok(Math.abs(totals.usd - (0.05 * 10) / 3_600) < 1e-12);
    deepEqual(series.variants, [
      {
        ...{ variant: 'small', hardwareClass: 'plain' },
        ...{ replicas: Array.from({ length: 10 }, () => 1), answered: Array.from({ length: 10 }, () => 100) },
      },
    ]);
  });

  it('waits for a pair, and gets told what the pair took', async () => {
    const took: number[] = [];
    const { totals } = await run(onFirst(1), {
      route: toFirst,
      batch: ({ queue }, now) =>
        queue.length < 2 ? { kind: 'wait', untilMs: now + 1_000 } : { kind: 'run', count: 2 },
      ended: (_, { queries, tookMs }) => took.push(Math.round(tookMs) / queries.length),
    });
    equal(totals.answered, 1_000);
    // The first of a pair waits for 10 ms, and then for the run: it is late.
    equal(totals.late, 500);
    equal(totals.onTime, 500);
    ok(took.every((each) => each === 6));
  });

  it('drops and rejects as its server decides', async () => {
    const { totals } = await run(onFirst(1), {
      route: (query, replicas, now) =>
        query.arrivedAt % 40 === 0 ? { kind: 'reject' } : toFirst(query, replicas, now),
      batch: ({ queue: [first] }) => ({ kind: (first?.arrivedAt ?? 0) % 40 === 10 ? 'drop' : 'run', count: 1 }),
    });
    deepEqual([totals.rejected, totals.dropped, totals.onTime], [250, 250, 500]);
  });

  it('loads a replica for a query, and answers it then', async () => {
    const planner: ReplicaPlanner = { everyMs: 1_000, plan: () => undefined };
    const { totals, series } = await run(
      planner,
      {
        route: (_, [replica]) =>
          replica === undefined ? { kind: 'load', variant: small, worker: workerId('w1') } : { kind: 'send', replica },
        batch: () => ({ kind: 'run', count: 1 }),
      },
      { arrivals: () => [0] },
    );
    equal(totals.late, 1);
    ok(Math.abs(totals.latency.p50Ms - 1_008.5) < 20);
    equal(series.usedSlots[0], 1);
  });

  it('waits for a planner that solves, and carries out its plan at the time of the view', async () => {
    const planner: BaselinePlanner = {
      everyMs: 1_000,
      plan: async (view) => {
        await systemClock.sleep(milliseconds(1));
        return onFirst(1).plan(view);
      },
    };
    deepEqual(
      await run(planner, { route: toFirst, batch: all }),
      await run(onFirst(1), { route: toFirst, batch: all }),
    );
  });

  it('rejects if its planner does', () =>
    rejects(
      run({ everyMs: 1_000, plan: () => Promise.reject(new Error('no solution')) }, { route: toFirst, batch: all }),
      /no solution/,
    ));

  it('routes queries again that its server moves', async () => {
    const planner: ReplicaPlanner = {
      everyMs: 1_000,
      plan: ({ workers }) => workers.map(({ id: worker }) => ({ variant: small, worker, count: 1 })),
    };
    const { totals } = await run(planner, {
      route: ({ arrivedAt }, replicas, now) => ({
        kind: 'send',
        replica: replicas[now > arrivedAt ? 1 : 0] ?? fail('no replica'),
      }),
      batch: ({ worker }) => ({ kind: worker.id === 'w0' ? 'move' : 'run', count: 1 }),
    });
    equal(totals.onTime, 1_000);
    // Two more messages than without the move.
    ok(Math.abs(totals.latency.p50Ms - 9) < 0.2);
  });

  it('sends the queries of a worker that fails again', async () => {
    const planner: ReplicaPlanner = {
      everyMs: 1_000,
      plan: ({ workers }) => workers.map(({ id: worker }) => ({ variant: small, worker, count: 1 })),
    };
    const { totals, series } = await run(
      planner,
      { route: toFirst, batch: all },
      { faults: [{ kind: 'worker-fails', atMs: 3_001, worker: 'w0' }] },
    );
    equal(totals.answered, 1_000);
    ok(totals.late <= 1);
    deepEqual([series.usedSlots[1], series.usedSlots[5]], [2, 1]);
  });

  it('counts no executor twice that dies when it becomes ready', async () => {
    // Loads take one second, after a message of 0.25 ms at the time 0, which is 5 s before the first query.
    const deaths = [0, 1, 2].map((second) => ({ kind: 'executor-dies' as const, atMs: 1_000 * second, worker: 'w0' }));
    const { series } = await run(onFirst(1), { route: toFirst, batch: all }, { faults: deaths });
    ok(series.capacity.every((rate) => rate >= 0));
    deepEqual(series.variants[0]?.replicas.slice(0, 4), [0, 0, 1, 1]);
  });

  it('lets a worker that leaves serve until its replicas are loaded elsewhere', async () => {
    const planner: ReplicaPlanner = {
      everyMs: 100,
      plan: ({ workers }) => workers.slice(0, 1).map(({ id: worker }) => ({ variant: small, worker, count: 1 })),
    };
    const { totals, series } = await run(
      planner,
      { route: (_, replicas) => ({ kind: 'send', replica: leastQueried(replicas) ?? fail('no replica') }), batch: all },
      { faults: [{ kind: 'worker-leaves', atMs: 3_001, worker: 'w0' }] },
    );
    equal(totals.onTime, 1_000);
    deepEqual([series.usedSlots[1], series.usedSlots[6]], [1, 1]);
    deepEqual(series.variants[0]?.replicas.slice(2, 7), [1, 1, 1, 1, 1]);
  });

  it('keeps the routers and workers of production under another planner', async () => {
    const policy: ServingPolicy = { kind: 'planned', name: 'planned', plan: () => onFirst(2) };
    const { totals, series } = await simulate(buildScenario(), policy, 1);
    equal(totals.onTime, totals.asked);
    deepEqual(
      series.variants.map(({ replicas }) => replicas),
      [Array.from({ length: 10 }, () => 2)],
    );
  });
});

describe('planChanges', () => {
  it('keeps the oldest replicas, and loads what is missing', () => {
    const [w0, w1] = ['w0', 'w1'].map((id) => ({ id: workerId(id) }));
    const other = variantId('other');
    const replicas = [
      { name: 'a', variant: small, worker: w0 },
      { name: 'b', variant: small, worker: w0 },
      { name: 'c', variant: other, worker: w1 },
    ] as unknown as Parameters<typeof planChanges>[1];
    const { loads, unloads } = planChanges(
      [
        { variant: small, worker: workerId('w0'), count: 1 },
        { variant: other, worker: workerId('w0'), count: 2 },
      ],
      replicas,
    );
    deepEqual(unloads, replicas.slice(1));
    deepEqual(loads, [
      { variant: other, worker: 'w0' },
      { variant: other, worker: 'w0' },
    ]);
  });
});
