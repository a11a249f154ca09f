import assert from 'node:assert/strict';
import { milliseconds, resolveObjective, variantId, type PartialObjective } from '@pareto/core';
import { defaultAheadParams, defaultDemandParams, type DemandParams } from '../../src/demand/demand-params.js';
import { followDemand, isSameDemand, unfollowedDemand, type FollowedDemand } from '../../src/index.js';
import type { TargetDemand } from '../../src/demand/demand-sums.js';
import { objectiveClass } from '../../src/demand/objective-class.js';
import { createContext } from '../../src/place/context/context.js';
import { defaultPlacementParams, type PlacementSnapshot, type PlacementVariant } from '../../src/snapshot/snapshot.js';
import { cpu, snapshot, task, variant, worker } from '../support/fixture.js';

const params = { ...defaultDemandParams, step: 1.000_001 };
const small = variant('a:int8', { p50Ms: 1, accuracy: 0.9 });
const large = variant('b:original', { p50Ms: 9, accuracy: 0.99 });
const world = snapshot({ variants: [small, large], workers: [worker('w', 500)] });

const demand = (
  target: string,
  stated: PartialObjective,
  answered: readonly (readonly [string, number])[] = [],
): TargetDemand => {
  const objective = resolveObjective(stated);
  return {
    ...{ tenant: 'default', target, className: objectiveClass(objective) },
    ...{ itemsPerSecond: 100, latestPerSecond: 0, missedPerSecond: 0 },
    objective,
    answered: new Map(answered.map(([id, items]) => [variantId(id), items])),
  };
};
const within = (latencyMs: number, stated: PartialObjective = {}): PartialObjective => ({
  ...{ latencyMs: milliseconds(latencyMs), ...stated },
});

function follow(
  demands: readonly TargetDemand[],
  before: FollowedDemand = unfollowedDemand,
  observed: PlacementSnapshot = world,
  now = 0,
  own: DemandParams = params,
): FollowedDemand {
  const input = { demands, held: [], active: () => [], now: milliseconds(now) };
  return followDemand(before, input, observed, own);
}
/** Returns the small variant with a load time. */
const loadedIn = (loadMs: number): PlacementVariant => ({
  ...small,
  measurements: small.measurements.map((each) =>
    each.result.kind === 'measured'
      ? { ...each, result: { ...each.result, profile: { ...each.result.profile, loadMs: milliseconds(loadMs) } } }
      : each,
  ),
});
const brief = ({ demand: all }: FollowedDemand) =>
  all.map(({ variants, latencyMs, itemsPerSecond }) => [variants.join(' '), latencyMs, Math.round(itemsPerSecond)]);

describe('followDemand', () => {
  it('counts items for the most accurate variant in time where the objective prefers accuracy', () => {
    const preferring = (prefer: 'cost' | 'accuracy') => follow([demand('digits', within(500, { prefer }))]);
    assert.deepEqual(brief(preferring('accuracy')), [['b:original a:int8', 500, 100]]);
    assert.deepEqual(brief(preferring('cost')), [['a:int8', 500, 100]]);
    const prefers = (['accuracy', 'cost'] as const).map((prefer) => preferring(prefer).demand[0]?.prefersAccuracy);
    assert.deepEqual(prefers, [true, false]);
    assert.deepEqual(brief(follow([demand('digits', { prefer: 'cost' })])), [['a:int8', 1_000, 100]]);
  });

  it('counts items for what the objective would choose, whatever answers now', () => {
    const answered = [['a:int8', 30] as const, ['b:original', 10] as const];
    assert.deepEqual(brief(follow([demand('digits', within(500), answered)])), [['a:int8', 500, 100]]);
    assert.deepEqual(brief(follow([demand('digits', within(500, { minAccuracy: 0.95 }), answered)])), [
      ['b:original', 500, 100],
    ]);
    assert.deepEqual(brief(follow([demand('b', within(500))])), [['b:original', 500, 100]]);
  });

  it('prefers the most accurate variant without an objective, and then those that take less time', () => {
    assert.deepEqual(brief(follow([demand('digits', {})])), [['b:original a:int8', 1_000, 100]]);
  });

  it('counts what no variant can answer for the one that answers, or for none', () => {
    const never = within(500, { minAccuracy: 0.999 });
    assert.deepEqual(brief(follow([demand('digits', never), demand('unknown', {})])), []);
    assert.deepEqual(brief(follow([demand('a:int8', within(500, { minAccuracy: 0.95 }))])), [], 'a named variant');
    assert.deepEqual(brief(follow([demand('b:original', within(2))])), []);
    const answered = [['a:int8', 1] as const, ['b:original', 10] as const];
    const first = follow([demand('digits', never)]);
    assert.deepEqual(brief(follow([demand('digits', never, answered)], first)), [['b:original', 500, 100]]);
  });

  it('does not count for a variant that no worker can hold', () => {
    const huge = variant('c:original', { p50Ms: 0.1, accuracy: 0.9, memoryMib: 1_000 });
    const all = { ...world, variants: [huge, small, large] };
    assert.deepEqual(brief(follow([demand('digits', within(500))], unfollowedDemand, all)), [['a:int8', 500, 100]]);
  });

  it('counts the rate of the latest second if chance does not explain it', () => {
    const rates = [100, 121, 144, 400].map(
      (latestPerSecond) => brief(follow([{ ...demand('a', {}), latestPerSecond }]))[0]?.[2],
    );
    assert.deepEqual(rates, [100, 100, 120, 360]);
  });

  it('keeps a class that has no queries for the hold-down, with the variants of the current registry', () => {
    const first = follow([demand('digits', within(500))]);
    const cheaper = variant('d:original', { p50Ms: 0.1, accuracy: 0.9 });
    const later = follow([], first, { ...world, variants: [small, large, cheaper] }, 59_000);
    assert.deepEqual(brief(later), [['d:original', 500, 100]]);
    assert.deepEqual(brief(follow([], later, world, 300_000)), []);
  });

  it('gives the same demand as long as planning sees no difference', () => {
    const first = follow([demand('digits', within(500))]);
    const second = follow([demand('digits', within(500))], first, { ...world });
    assert.ok(isSameDemand(first, second));
    assert.equal(first.demand, second.demand);
    assert.ok(!isSameDemand(second, follow([demand('digits', within(500)), demand('digits', {})], second)));
  });

  it('counts offline queries for one replica, however many they are', () => {
    const offline = demand('digits', within(60_000, { class: 'offline' }));
    assert.ok((follow([offline]).demand[0]?.itemsPerSecond ?? 0) < 0.01);
  });

  it('plans for the strictest objective of a class', () => {
    const first = follow([demand('digits', within(500))]);
    const stricter = { ...demand('digits', within(500)), objective: resolveObjective(within(499)) };
    assert.deepEqual(brief(follow([stricter], first)), [['a:int8', 499, 100]]);
    assert.deepEqual(brief(follow([demand('digits', within(500))], follow([stricter]))), [['a:int8', 499, 100]]);
  });

  it('does not return to a variant that is slow whenever it runs', () => {
    const big = variant('big:original', { p50Ms: 40, accuracy: 0.99 });
    const busyWorld = snapshot({ variants: [small, big], workers: [worker('w', 9_000, { slots: 8 })] });
    let state = unfollowedDemand;
    let running = big;
    let changes = 0;
    for (let now = 0; now < 300_000; now += 1_000) {
      const busyMs = running === big ? 8_000 : 100;
      const { id: of, version } = running.variant;
      const assignment = { variant: of, version, hardwareClass: cpu.id };
      const active = () => [{ assignment, recent: { elapsedMs: 1_000, busyMs, executions: 100, items: 100 } }];
      const input = { demands: [demand('digits', {})], held: [], active, now: milliseconds(now) };
      state = followDemand(state, input, busyWorld, params);
      const [chosen] = createContext({ ...busyWorld, ...state }, defaultPlacementParams).demands;
      const next = chosen?.variant === big.variant.id ? big : small;
      if (next !== running) changes += 1;
      running = next;
    }
    assert.deepEqual([running, changes], [small, 1]);
  });

  it('plans for the largest second until the end of a load, as far as items are missed', () => {
    const ahead = { ...params, ahead: defaultAheadParams };
    const planned = (loadMs: number, missedPerSecond: number): number => {
      const loads = { ...world, variants: [loadedIn(loadMs)] };
      let state = unfollowedDemand;
      const at100 = { ...demand('digits', within(500)), latestPerSecond: 100, missedPerSecond };
      for (let now = 0; now <= 10_000; now += 1_000) state = follow([at100], state, loads, now, ahead);
      return state.demand[0]?.itemsPerSecond ?? NaN;
    };
    assert.equal(Math.round(planned(298_000, 0)), 100);
    // The deviation of a Poisson process at 100/s is 10/s, and the first factor for 300 s is 8. The part after 10 s is 0.9.
    assert.equal(Math.round(planned(298_000, 10)), 172);
    const quick = planned(1, 10);
    assert.ok(quick > 100 && quick < 172, String(quick));
  });

  it('computes the ladders of the tasks again whose variants change', () => {
    const tasks = ['digits', 'letters'].map(task);
    const other = variant('c:original', { p50Ms: 2, accuracy: 0.9, task: 'letters' });
    const both = { ...world, tasks, variants: [small, large, other] };
    const demands = [demand('digits', within(500)), demand('letters', within(500))];
    const first = follow(demands, unfollowedDemand, both);
    const cheaper = variant('d:original', { p50Ms: 1, accuracy: 0.9, task: 'letters' });
    const second = follow(demands, first, { ...both, variants: [small, large, other, cheaper] });
    const targetsOf = ({ ladders }: FollowedDemand, name: string) => ladders?.targets.get(name);
    assert.equal(targetsOf(second, 'digits'), targetsOf(first, 'digits'));
    assert.notEqual(targetsOf(second, 'letters'), targetsOf(first, 'letters'));
    assert.deepEqual(
      brief(second).map(([variants]) => variants),
      ['a:int8', 'd:original'],
    );
  });
});
