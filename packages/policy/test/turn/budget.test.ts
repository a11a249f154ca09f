import assert from 'node:assert/strict';
import { milliseconds, type PlanAction, type VariantId, type WorkerId } from '@pareto/core';
import { buildHardwareClass } from '@pareto/testkit';
import fc from 'fast-check';
import {
  createTurnCore,
  defaultSolveParams,
  defaultTurnParams,
  solutionOf,
  solvingParams,
  type Formulated,
  type Solution,
  type TurnCore,
} from '../../src/index.js';
import { markBeyondBudget } from '../../src/place/context/budget.js';
import { createContext } from '../../src/place/context/context.js';
import { formulate } from '../../src/place/solve/formulate.js';
import { searchProgram } from '../../src/place/solve/exact/search-program.js';
import type { PlacementReplica, PlacementSnapshot } from '../../src/snapshot/snapshot.js';
import { alsoOn, cpu, gpu, replica, snapshot, variant, warmthRule, worker } from '../support/fixture.js';
import { offered } from '../support/offered.js';
import { carryOut } from '../place/carry-out.js';

const fast = buildHardwareClass({ device: 'fast', instructionSet: 'avx2' });
const prices = { [cpu.id]: 1, [fast.id]: 10 };
/** Prices of the workers in USD per hour. */
const usd: Readonly<Record<string, number>> = { a: 1, b: 1, c: 1, d: 2, x: 10, y: 10 };
const small = alsoOn(variant('a:int8', { p50Ms: 20, accuracy: 0.8, memoryMib: 50 }), fast, 0.1);
const big = alsoOn(variant('a:original', { p50Ms: 80, accuracy: 0.9, memoryMib: 50 }), fast, 0.1);
const leading = milliseconds(600_000);

const world = (replicas: readonly PlacementReplica[] = [], variants = [small, big]): PlacementSnapshot =>
  snapshot({
    ...{ now: milliseconds(1_000), variants, prices, replicas },
    workers: [
      ...['a', 'b', 'c'].map((id) => worker(id, 500)),
      worker('d', 500, { slots: 2 }),
      ...['x', 'y'].map((id) => worker(id, 500, { classes: [fast] })),
    ],
  });

/** A replica on a fast worker. */
const fastReplica = (id: string, of: string, on: string): PlacementReplica => {
  const { assignment, ...rest } = replica(id, of, on);
  return { ...rest, assignment: { ...assignment, hardwareClass: fast.id } };
};

const coreWith = (budgetUsdPerHour: number | undefined, releasesHosts = true): TurnCore =>
  createTurnCore(
    solvingParams({
      ...defaultTurnParams,
      placement: { ...defaultTurnParams.placement, budgetUsdPerHour, releasesHosts },
    }),
  );

const usedBy = ({ replicas }: PlacementSnapshot): readonly WorkerId[] => [
  ...new Set(replicas.flatMap(({ assignment, state }) => (state === 'draining' ? [] : [assignment.worker]))),
];
const costOf = (snapshotNow: PlacementSnapshot): number =>
  usedBy(snapshotNow).reduce((sum, id) => sum + (usd[id] ?? assert.fail(id)), 0);

/** Solves a program. Its search has no limit that these programs reach. */
function solve(formulated: Formulated): Solution | undefined {
  const optimum = searchProgram(formulated.program, { maxNodes: 10_000, maxWork: 1e9 });
  return optimum && solutionOf(formulated, { status: 'optimal', ...optimum, bound: optimum.objective });
}

/** Plans a turn, and solves its program. */
function turn(core: TurnCore, now: PlacementSnapshot, rate: number, held: readonly VariantId[] = []) {
  core.observe(now, { ...offered(rate, now.now), held }, []);
  const planned = core.plan(now, now.planId, leading);
  core.end(planned.actions, now.now);
  if (planned.program !== undefined) core.solved(solve(planned.program));
  return { ...planned, next: carryOut(now, { ...planned.plan, actions: planned.actions }) };
}

/** Plans and carries out turns until nothing changes. Returns the snapshot and the last plan. */
function settle(core: TurnCore, from: PlacementSnapshot, rate: number) {
  let now = from;
  for (let turns = 0; turns < 60; turns += 1) {
    const { next, ...planned } = turn(core, now, rate);
    const isLoading = now.replicas.some(({ state }) => state !== 'ready');
    if (planned.actions.length === 0 && !isLoading && turns > 20) return { after: now, planned };
    now = next;
  }
  return assert.fail('it does not settle');
}

const unloadsOn = ({ actions }: { readonly actions: readonly PlanAction[] }, worker: string): number =>
  actions.filter((one) => one.kind === 'unload' && one.assignment.worker === worker).length;

describe('a budget', () => {
  it('bounds the price of the workers with replicas, and what they can not answer is unmet', () => {
    const free = settle(coreWith(undefined), world(), 400);
    assert.ok(costOf(free.after) >= 10, 'the demand needs a fast worker');
    assert.deepEqual(free.planned.plan.unmet, []);
    for (const releasesHosts of [true, false]) {
      const { after, planned } = settle(coreWith(5, releasesHosts), world(), 400);
      assert.equal(costOf(after), 5);
      assert.equal(planned.quality.source, 'solved');
      const unmet = planned.plan.unmet.filter(({ source }) => source === 'demand');
      assert.deepEqual([...new Set(unmet.map(({ cause }) => cause))], ['compute']);
      assert.match(unmet[0]?.reason ?? '', /every slot within the budget of USD 5 per hour is busy/);
    }
  });

  it('is spent on the workers that answer most for their price', () => {
    const { after } = settle(coreWith(13), world(), 400);
    assert.ok(costOf(after) <= 13);
    assert.ok(usedBy(after).some((id) => id === 'x' || id === 'y'));
  });

  it('is spent on one worker, if two would answer less', () => {
    const { after } = settle(coreWith(10), world(), 400);
    assert.equal(usedBy(after).length, 1);
    assert.equal(costOf(after), 10);
  });

  describe('that a worker with replicas exceeds', () => {
    const before = world([fastReplica('r1', 'a:int8', 'x'), fastReplica('r2', 'a:original', 'x')]);

    it('lets the replicas of a task go together, once all others are ready', () => {
      const core = coreWith(5);
      let now = before;
      const unloads: number[] = [];
      for (let turns = 0; turns < 40; turns += 1) {
        const planned = turn(core, now, 60);
        const leaving = unloadsOn(planned, 'x');
        const ready = now.replicas.filter(({ state, assignment }) => state === 'ready' && assignment.worker !== 'x');
        if (leaving > 0) assert.ok(ready.length >= 3, 'the others are ready');
        unloads.push(leaving);
        now = planned.next;
      }
      assert.equal(Math.max(...unloads), 2);
      assert.ok(costOf(now) <= 5);
    });

    it('keeps them while their replacements fail, or the worker of these is awaited', () => {
      const isAway = (now: PlacementSnapshot): PlacementSnapshot => ({
        ...now,
        workers: now.workers.map((one) =>
          one.info.id === 'x' || one.info.id === 'y' ? one : { ...one, presence: 'awaited' },
        ),
      });
      const fails = (now: PlacementSnapshot): PlacementSnapshot => ({
        ...now,
        replicas: now.replicas.map((one) => (one.assignment.worker === 'x' ? one : { ...one, state: 'failed' })),
      });
      for (const change of [isAway, fails]) {
        const core = coreWith(5);
        let now = before;
        for (let turns = 0; turns < 25; turns += 1) {
          const planned = turn(core, change(now), 60);
          assert.equal(unloadsOn(planned, 'x'), 0);
          now = planned.next;
        }
      }
    });

    const onAll = ['a', 'b', 'c'].flatMap((on) => [
      replica(`s${on}`, 'a:int8', on),
      replica(`b${on}`, 'a:original', on),
    ]);
    const from = world([fastReplica('r1', 'a:int8', 'x'), ...onAll]);

    it('keeps them after a program without a solution', () => {
      const core = coreWith(12);
      core.observe(from, offered(400, from.now), []);
      core.plan(from, 'p1', leading);
      core.solved(undefined);
      assert.equal(unloadsOn(core.plan(from, 'p2', leading), 'x'), 0);
    });

    it('are planned for again by a new leader without demand when it may unload', () => {
      const core = coreWith(5);
      core.observe(before, { ...offered(0, before.now), demands: [] }, []);
      const young = core.plan(before, 'p1', milliseconds(1_000));
      assert.deepEqual([unloadsOn(young, 'x'), young.nextAt <= before.now + 9_000], [0, true]);
    });

    it('moves nothing before a first program has ended', () => {
      const core = coreWith(12);
      core.observe(from, offered(400, from.now), []);
      const first = core.plan(from, 'p1', leading);
      assert.deepEqual([first.program === undefined, unloadsOn(first, 'x')], [false, 0]);
      core.end(first.actions, from.now);
      core.solved(solve(first.program ?? assert.fail('a program is due')));
      const { after } = settle(core, carryOut(from, { ...first.plan, actions: first.actions }), 400);
      assert.ok(
        usedBy(after).some((id) => id === 'x'),
        'which it is worth',
      );
      assert.ok(costOf(after) <= 12);
    });
  });

  it('that no worker meets leaves all of them empty, with the reason', () => {
    const { after, planned } = settle(coreWith(0.5), world([replica('r1', 'a:int8', 'a')]), 10);
    assert.deepEqual(usedBy(after), []);
    assert.ok(planned.plan.unmet.length > 0);
    for (const { reason } of planned.plan.unmet) assert.match(reason, /within the budget of USD 0.5 per hour/);
  });

  it('lets workers beyond it measure', () => {
    const { after } = settle(coreWith(0.5), world([], [variant('a:original')]), 10);
    assert.deepEqual(usedBy(after), []);
    assert.ok((after.variants[0]?.measurements.length ?? 0) > 0);
  });

  it('answers as much of several demands of one group as of their sum', () => {
    const placement = { ...defaultTurnParams.placement, releasesHosts: true, budgetUsdPerHour: 5 };
    const restOf = (...rates: readonly number[]): number => {
      const demand = rates.map((itemsPerSecond) => {
        return { variants: [small.variant.id] as const, latencyMs: milliseconds(500), itemsPerSecond };
      });
      const now = { ...world(), demand };
      const program = formulate(createContext(now, placement), defaultSolveParams) ?? assert.fail('the fleet is small');
      const { demands } = createContext({ ...now, solution: solve(program) }, placement);
      return demands.reduce((sum, { isRest = false, itemsPerSecond }) => sum + (isRest ? itemsPerSecond : 0), 0);
    };
    assert.ok(restOf(400) > 200);
    assert.ok(Math.abs(restOf(100, 100, 100, 100) - restOf(400)) < 1e-6);
  });

  it('lets surplus go, although no worker within it can hold a required variant', () => {
    const core = coreWith(5);
    const only = variant('a:original@webgpu', { p50Ms: 8, accuracy: 0.9, memoryMib: 50 });
    const from = world([], [small, only]);
    const workers = [...from.workers.slice(0, 4), worker('x', 500, { classes: [gpu] })];
    const busy = settle(core, { ...from, workers, prices: { ...prices, [gpu.id]: 10 } }, 120).after;
    assert.ok(costOf(busy) > 2);
    let now = busy;
    for (let turns = 0; turns < 700; turns += 1) now = turn(core, now, 5).next;
    assert.equal(costOf(now), 2);
  });

  it('opens a worker for held queries and rules whose variant no other can hold, rather than cheaper ones', () => {
    const only = { ...big, measurements: big.measurements.filter((one) => one.hardwareClass === fast.id) };
    const now = world([replica('r1', 'a:int8', 'a'), replica('r2', 'a:int8', 'b')], [small, only]);
    const beyondOf = (fields: Partial<PlacementSnapshot>): readonly string[] =>
      markBeyondBudget({ ...now, ...fields }, { budgetUsdPerHour: 12 })
        .workers.filter(beyond)
        .map(({ info }) => info.id);
    assert.deepEqual(beyondOf({}), ['x', 'y']);
    assert.deepEqual(beyondOf({ held: [small.variant.id] }), ['x', 'y']);
    assert.deepEqual(beyondOf({ held: [only.variant.id] }), ['c', 'd', 'y']);
    const tiny = ['c', 'd', 'x'].map((id) => worker(id, 40, { classes: [fast] }));
    const tooSmall = [...now.workers.filter(({ info }) => ['a', 'b', 'y'].includes(info.id)), ...tiny];
    assert.deepEqual(beyondOf({ held: [only.variant.id], workers: tooSmall }), ['c', 'd', 'x'], 'they lack the memory');
    assert.deepEqual(beyondOf({ warmthRules: [warmthRule('warm', only.variant.id)] }), ['c', 'd', 'y']);
  });

  it('keeps the workers with the most replicas without a solution, and then the cheapest', () => {
    const replicas = [replica('r1', 'a:int8', 'c'), replica('r2', 'a:original', 'c'), replica('r3', 'a:int8', 'd')];
    const { workers } = markBeyondBudget(world(replicas), { budgetUsdPerHour: 4 });
    const beyond = workers.flatMap(({ info, isBeyondBudget }) => (isBeyondBudget === true ? [info.id] : []));
    assert.deepEqual(beyond, ['b', 'x', 'y']);
  });

  it('is kept by each settled plan, and marks no worker if all are within it', () => {
    assert.equal(markBeyondBudget(world(), { budgetUsdPerHour: 100 }).workers.some(beyond), false);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 26 }),
        fc.integer({ min: 1, max: 400 }),
        fc.boolean(),
        (budget, rate, r) => {
          const { after, planned } = settle(coreWith(budget, r), world([fastReplica('r1', 'a:int8', 'y')]), rate);
          assert.ok(costOf(after) <= budget);
          const unmet = planned.plan.unmet.some(({ source }) => source === 'demand');
          if (budget >= 2 && rate <= 20) assert.ok(!unmet, 'a cheap worker answers 35/s');
          if (planned.quality.cost !== undefined && r) assert.equal(planned.quality.cost.usdPerHour, costOf(after));
        },
      ),
      { numRuns: 40, seed: 1 },
    );
  });
});

const beyond = ({ isBeyondBudget }: PlacementSnapshot['workers'][number]): boolean => isBeyondBudget === true;
