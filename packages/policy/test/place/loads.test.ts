// The limit of loads at a time, the retry of failed ones, and workers that are gone for less than a minute.

import assert from 'node:assert/strict';
import { milliseconds, variantId, type Plan } from '@pareto/core';
import fc from 'fast-check';
import { noChanges, observeChanges } from '../../src/place/observe-changes.js';
import { planReplicas } from '../../src/place/plan-replicas.js';
import {
  defaultPlacementParams,
  type PlacementReplica,
  type PlacementSnapshot,
  type PlacementVariant,
} from '../../src/snapshot/snapshot.js';
import { brief, demandOf, replica, snapshot, task, variant, worker } from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1, loadsPerSlot: 2 };
const s = (seconds: number) => milliseconds(seconds * 1_000);
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `m${i}`);
const of = (name: string): string => `${name}:original`;
/** Returns small models, each the only one of its task. */
const models = (count: number): Pick<PlacementSnapshot, 'tasks' | 'variants'> => ({
  tasks: names(count).map(task),
  variants: names(count).map((name): PlacementVariant => variant(of(name), { task: name, memoryMib: 20, p50Ms: 1 })),
});
const loads = (plan: Plan): readonly string[] => brief(plan).filter((one) => one.startsWith('load'));
const waiting = (plan: Plan): readonly string[] =>
  plan.unmet.filter(({ cause }) => cause === 'loading').map((need) => need.variant);

describe('the limit of loads at a time', () => {
  it('is that of the slots of each worker, and the others wait for the end of loads', () => {
    const workers = [worker('a', 9_000, { slots: 1 }), worker('b', 9_000, { slots: 2 })];
    const plan = planReplicas(snapshot({ ...models(9), workers }), params);
    const on = (id: string): number => loads(plan).filter((one) => one.endsWith(` on ${id}`)).length;
    assert.deepEqual([on('a'), on('b'), waiting(plan).length], [2, 4, 3]);
    const reason = plan.unmet[0]?.reason ?? '';
    assert.match(reason, /waits for other loads on [ab]/);
  });

  const twoStates = ([first, second]: readonly [PlacementReplica['state'], PlacementReplica['state']], since = s(0)) =>
    snapshot({
      ...models(5),
      workers: [worker('a', 9_000)],
      replicas: [
        replica('1', of('m0'), 'a', { state: first, since }),
        replica('2', of('m1'), 'a', { state: second, since }),
      ],
    });

  it('counts replicas that are not ready yet', () => {
    assert.equal(loads(planReplicas(twoStates(['assigned', 'warming']), params)).length, 0);
    assert.equal(loads(planReplicas(twoStates(['loading', 'ready']), params)).length, 1);
    assert.equal(loads(planReplicas(twoStates(['ready', 'failed']), params)).length, 2);
  });

  it('counts none that has been loading for a minute, and plans again then', () => {
    const world = twoStates(['loading', 'loading'], s(1));
    const early = planReplicas({ ...world, now: milliseconds(60_999) }, params);
    assert.deepEqual([loads(early).length, early.nextAt], [0, 61_000]);
    assert.equal(loads(planReplicas({ ...world, now: s(61) }, params)).length, 2);
  });

  it('is twice as high for held queries', () => {
    const held = names(5).map((name) => variantId(of(name)));
    assert.equal(loads(planReplicas({ ...twoStates(['loading', 'loading']), held }, params)).length, 2);
  });

  it('evicts nothing while another worker has the memory', () => {
    const world = snapshot({
      ...models(3),
      workers: [worker('a', 30), worker('b', 9_000)],
      replicas: [
        replica('1', 'idle:original', 'a', { memoryBytes: (25 * 2 ** 20) as PlacementReplica['memoryBytes'] }),
        replica('2', of('m0'), 'b', { state: 'loading' }),
        replica('3', of('m1'), 'b', { state: 'loading' }),
      ],
    });
    const variants = [...world.variants, variant('idle:original', { task: 'm0', memoryMib: 25, p50Ms: 9 })];
    const plan = planReplicas({ ...world, variants }, params);
    assert.deepEqual([brief(plan), waiting(plan)], [[], [of('m2')]]);
  });

  it('holds in every plan until all are loaded, in any fleet', () => {
    const fleet = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      slots: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      readyEach: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fleet, ({ count, slots, readyEach }) => {
        const workers = slots.map((own, i) => worker(`w${i}`, 9_000, { slots: own }));
        let world = snapshot({ ...models(count), workers });
        for (let turn = 1; world.replicas.some(({ state }) => state !== 'ready') || turn === 1; turn += 1) {
          assert.ok(turn <= 2 * count + 2, 'it ends');
          const now = milliseconds(world.now + 100);
          const loading = world.replicas.filter(({ state }) => state === 'assigned').slice(0, readyEach);
          const ready = world.replicas.map((one) =>
            loading.includes(one) ? { ...one, state: 'ready' as const } : one,
          );
          const plan = planReplicas({ ...world, now, planId: `p${turn}`, replicas: ready }, params);
          const loaded = plan.actions.flatMap((action): readonly PlacementReplica[] =>
            action.kind === 'load' ? [{ ...replica('', of('m0'), ''), ...action, state: 'assigned', since: now }] : [],
          );
          world = { ...world, now, replicas: [...ready, ...loaded] };
          for (const [i, own] of slots.entries()) {
            const inProgress = world.replicas.filter(
              ({ state, assignment }) => state === 'assigned' && assignment.worker === `w${i}`,
            );
            assert.ok(inProgress.length <= own * params.loadsPerSlot);
          }
        }
        assert.equal(world.replicas.length, count);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the retry of a failed replica', () => {
  const failed = replica('1', of('m0'), 'a', { state: 'failed', since: s(100) });
  const planAt = (seconds: number, count: number): Plan =>
    planReplicas(
      snapshot({
        ...{ ...models(1), workers: [worker('a', 500)], replicas: [failed], now: s(seconds) },
        recentLoads: new Map([[`${of('m0')}/1`, { count, lastAt: s(90) }]]),
      }),
      params,
    );

  it('follows after 30 s, and after twice as long with each load, up to ten minutes', () => {
    for (const [count, retryS] of [
      [1, 30],
      [2, 60],
      [5, 480],
      [6, 600],
      [50, 600],
    ] as const) {
      const early = planAt(100 + retryS - 1, count);
      assert.deepEqual([brief(early), early.nextAt], [[], s(100 + retryS)]);
      assert.equal(brief(planAt(100 + retryS, count))[0], `unload ${of('m0')} on a`, `${count} loads`);
    }
  });

  it('is what the need lacks meanwhile, not memory', () => {
    const [unmet] = planAt(101, 1).unmet;
    assert.equal(unmet?.cause, 'failed');
    assert.match(unmet.reason, /its replica failed on a, and is loaded again later$/);
  });

  it('counts the loads that follow each other within ten minutes', () => {
    const load = planReplicas(snapshot({ ...models(1), workers: [worker('a', 500)] }), params).actions;
    const key = `${of('m0')}/1`;
    const once = observeChanges(noChanges, load, s(10), params);
    assert.deepEqual(once.recentLoads.get(key), { count: 1, lastAt: s(10) });
    const twice = observeChanges(once, load, s(609), params);
    assert.deepEqual(twice.recentLoads.get(key), { count: 2, lastAt: s(609) });
    assert.equal(observeChanges(twice, [], s(1_209), params).recentLoads.size, 0);
  });
});

describe('the assignments of a worker that is gone', () => {
  const gone = { presence: 'gone', absentSince: s(100) } as const;
  const both = [replica('1', of('m0'), 'a'), replica('2', of('m0'), 'b')];
  const planAt = (seconds: number, fields: Partial<PlacementSnapshot>): Plan =>
    planReplicas(snapshot({ ...models(1), now: s(seconds), ...fields }), params);

  it('stay for a minute, while its replicas are placed elsewhere', () => {
    const fields = { workers: [worker('a', 500, gone), worker('b', 500)], replicas: [replica('1', of('m0'), 'a')] };
    const plan = planAt(105, fields);
    assert.deepEqual(brief(plan), [`load ${of('m0')} on b`]);
    assert.equal(plan.kept[0]?.reason, 'its worker is gone, and may return');
    const placed = { ...fields, replicas: both };
    const settled = planAt(159, placed);
    assert.deepEqual([brief(settled), settled.nextAt], [[], s(160)]);
    assert.deepEqual(brief(planAt(160, placed)), [`unload ${of('m0')} on a`]);
  });

  it('are in force when the process returns, so that nothing is loaded again', () => {
    const workers = [worker('a', 500), worker('b', 500)];
    const plan = planReplicas(snapshot({ ...models(1), now: s(130), workers, replicas: both }), {
      ...params,
      copies: 2,
    });
    assert.deepEqual(brief(plan), []);
  });

  it('count for a minute after the load if it is only silent, except for queries', () => {
    const fields = (isSilent: boolean): Partial<PlacementSnapshot> => ({
      workers: [worker('a', 500, { ...gone, isSilent }), worker('b', 500)],
      replicas: [replica('1', of('m0'), 'a', { since: s(80) })],
    });
    const load = [`load ${of('m0')} on b`];
    const silent = planAt(105, fields(true));
    assert.deepEqual([brief(silent), silent.nextAt], [[], s(140)]);
    assert.deepEqual(brief(planAt(140, fields(true))), load);
    assert.deepEqual(brief(planAt(105, fields(false))), load);
    const id = variantId(of('m0'));
    assert.deepEqual(brief(planAt(105, { ...fields(true), held: [id] })), load);
    assert.deepEqual(brief(planAt(105, { ...fields(true), demand: demandOf([id, 1]) })), load);
  });

  it('end when another process joins in its place', () => {
    const workers = [worker('a', 500, { emptySince: s(120) }), worker('b', 500)];
    const restarted = (state: PlacementReplica['state'], since: number) => ({
      workers,
      replicas: [replica('1', of('m0'), 'a', { state, since: s(since) }), replica('2', of('m0'), 'b')],
    });
    assert.deepEqual(brief(planAt(121, restarted('assigned', 90))), [`unload ${of('m0')} on a`]);
    assert.deepEqual(brief(planAt(121, restarted('assigned', 121))), []);
    assert.deepEqual(brief(planAt(121, restarted('loading', 121))), []);
  });

  it('end immediately if it is not known since when the worker is gone', () => {
    const workers = [worker('a', 500, { presence: 'gone' }), worker('b', 500)];
    assert.deepEqual(brief(planAt(105, { workers, replicas: both })), [`unload ${of('m0')} on a`]);
  });
});
