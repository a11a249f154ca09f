import assert from 'node:assert/strict';
import { milliseconds, planGap, type PlanAction, type PlanQuality, type UnmetNeed } from '@pareto/core';
import { createContext } from '../../../src/place/context/context.js';
import { formulate } from '../../../src/place/solve/formulate.js';
import { planQuality } from '../../../src/place/solve/plan-quality.js';
import { solutionOf } from '../../../src/place/solve/round-solution.js';
import { defaultSolveParams } from '../../../src/place/solve/solve-params.js';
import type { Solution } from '../../../src/snapshot/solution.js';
import {
  defaultPlacementParams,
  type PlacementReplica,
  type PlacementSnapshot,
} from '../../../src/snapshot/snapshot.js';
import { cpu, replica, snapshot, variant, worker } from '../../support/fixture.js';

const small = variant('a:int8', { p50Ms: 10, memoryMib: 100 });
const placement = { ...defaultPlacementParams, releasesHosts: true };
const demandOf = (itemsPerSecond: number) => [
  { variants: [small.variant.id] as const, latencyMs: milliseconds(1_000), itemsPerSecond },
];
/** Workers with two slots of .1 USD per hour. A replica answers at most 70 items per second. */
const observed = (
  replicas: readonly PlacementReplica[],
  rate = 100,
  workers = ['w', 'x', 'y'].map((id) => worker(id, 1_000, { slots: 2 })),
): PlacementSnapshot =>
  snapshot({
    ...{ now: milliseconds(9_000), variants: [small], replicas, prices: { [cpu.id]: 0.1 }, demand: demandOf(rate) },
    workers,
  });

/** Returns the solution with so many replicas on two workers, `slack` above its bound. */
function solutionFor(replicas: number, slack = 0, placementParams = placement): Solution {
  const context = createContext({ ...observed([]), planId: 'p1', now: milliseconds(5_000) }, placementParams);
  const formulated = formulate(context, { ...defaultSolveParams, reserve: 0 }) ?? assert.fail('the fleet is small');
  const values = formulated.program.columns.map(() => 0);
  for (const column of formulated.used) values[column] = 2;
  for (const { replicas: column, items } of formulated.places) {
    values[column] = replicas;
    for (const own of items) values[own.column] = 100;
  }
  const objective = formulated.program.columns.reduce((sum, { cost }, at) => sum + cost * (values[at] ?? 0), 0);
  const outcome = { status: 'optimal', values, objective, bound: objective - slack };
  return solutionOf(formulated, outcome) ?? assert.fail('the values satisfy the program');
}

function qualityOf(
  {
    replicas = [],
    actions = [],
    unmet = [],
    rate = 100,
    isCurrent = true,
    params = placement,
  }: {
    readonly replicas?: readonly PlacementReplica[];
    readonly actions?: readonly PlanAction[];
    readonly unmet?: readonly UnmetNeed[];
    readonly rate?: number;
    readonly isCurrent?: boolean;
    readonly params?: typeof placement;
  },
  solution: Solution | undefined,
): PlanQuality {
  const context = createContext({ ...observed(replicas, rate), planId: 'p2', solution }, params);
  return planQuality(context, { actions, unmet }, isCurrent);
}
const gapOf = (...args: Parameters<typeof qualityOf>): number => planGap(qualityOf(...args).cost) ?? NaN;
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}, not ${expected}`);
const onTwo = [replica('r1', 'a:int8', 'w'), replica('r2', 'a:int8', 'x')];

describe('planQuality', () => {
  it('is greedy without a solution, of the snapshot of now, and has a cost without a bound', () => {
    const { cost, ...quality } = qualityOf({ replicas: onTwo }, undefined);
    assert.deepEqual(quality, { source: 'greedy', at: 9_000, planId: 'p2' });
    assert.deepEqual([cost?.usdPerHour, cost?.boundUsdPerHour], [0.4, undefined]);
  });

  it('is stale, with a cost without a bound, if the solution no longer fits', () => {
    const { cost, ...quality } = qualityOf({ isCurrent: false, replicas: onTwo.slice(1) }, solutionFor(2));
    assert.deepEqual(quality, { source: 'stale', at: 5_000, planId: 'p1' });
    assert.deepEqual([cost?.usdPerHour, cost?.boundUsdPerHour], [0.2, undefined]);
  });

  it('costs the time of the slots that the demand takes where workers without replicas cost the same', () => {
    const params = { ...placement, releasesHosts: false };
    // 100 items/s of 10 ms keep a slot busy.
    near(qualityOf({ params }, undefined).cost?.usdPerHour ?? NaN, 0.1);
    near(qualityOf({ params, isCurrent: false }, solutionFor(2)).cost?.usdPerHour ?? NaN, 0.1);
    near(qualityOf({ params, isCurrent: false, rate: 50 }, solutionFor(2)).cost?.usdPerHour ?? NaN, 0.05);
  });

  it('counts the slots of all devices of a class on a worker', () => {
    const solution = solutionFor(2);
    const device = { slots: 1, classes: [cpu, cpu] };
    const workers = ['w', 'x', 'y'].map((id) => worker(id, 1_000, device));
    const onOne = [replica('r1', 'a:int8', 'w'), replica('r2', 'a:int8', 'w')];
    const context = createContext({ ...observed(onOne, 100, workers), planId: 'p2', solution }, placement);
    const { cost } = planQuality(context, { actions: [], unmet: [] }, true);
    assert.ok((cost?.boundUsdPerHour ?? 0) > 0, 'two slots answer what two replicas answer');
  });

  it('states what the plan costs above the bound: nothing if it is packed as solved, and the bound is reached', () => {
    const quality = qualityOf({ replicas: onTwo }, solutionFor(2));
    assert.deepEqual([quality.source, quality.at, quality.planId], ['solved', 5_000, 'p1']);
    near(quality.cost?.usdPerHour ?? NaN, 0.4);
    near(gapOf({ replicas: onTwo }, solutionFor(2)), 0);
  });

  it('adds the distance of the solution from its bound, without the price of changes', () =>
    near(gapOf({ replicas: onTwo }, solutionFor(2, 0.1)), 0.25));

  it('adds each worker that packing uses beyond those of the solution', () =>
    near(gapOf({ replicas: [...onTwo, replica('r3', 'a:int8', 'y')] }, solutionFor(2)), 1 / 3));

  it('counts what the actions change', () => {
    const [, second] = onTwo;
    if (second === undefined) assert.fail();
    const extra = replica('r3', 'a:int8', 'y');
    const load = { kind: 'load', assignment: second.assignment, reason: '' } as const;
    const unload = { kind: 'unload', assignment: extra.assignment, reason: '' } as const;
    near(gapOf({ replicas: [...onTwo.slice(0, 1), extra], actions: [load, unload] }, solutionFor(2)), 0);
  });

  it('proves nothing for a plan that leaves demand unmet which the solution answers, unless it waits for loads', () => {
    const one = { replicas: onTwo.slice(0, 1) };
    assert.equal(gapOf(one, solutionFor(2)), 1);
    const waiting = { variant: small.variant.id, source: 'demand', cause: 'loading', reason: '' } as const;
    near(gapOf({ ...one, unmet: [waiting] }, solutionFor(2)), 0);
    near(gapOf({ ...one, rate: 70 }, solutionFor(2)), 0);
    const crowded = ['1', '2', '3'].map((id) => replica(id, 'a:int8', 'w', { state: 'ready' }));
    near(gapOf({ replicas: crowded }, solutionFor(2)), 0);
    assert.equal(gapOf({ replicas: [...onTwo.map((r) => ({ ...r, state: 'failed' as const }))] }, solutionFor(2)), 0);
  });

  it('costs the time of the slots where workers cost the same without replicas', () => {
    const params = { ...placement, releasesHosts: false };
    const quality = qualityOf({ replicas: onTwo, params }, solutionFor(2, 0, params));
    near(quality.cost?.usdPerHour ?? NaN, 0.1 * 100 * 0.01);
    near(gapOf({ replicas: onTwo, params }, solutionFor(2, 0.05, params)), 0.5);
  });
});
