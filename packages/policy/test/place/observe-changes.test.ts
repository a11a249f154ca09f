import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { noChanges, observeChanges } from '../../src/place/observe-changes.js';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { defaultPlacementParams } from '../../src/snapshot/snapshot.js';
import { brief, demandOf, replica, snapshot, task, variant, worker } from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };

/** A variant with two replicas more than it needs. */
const world = snapshot({
  now: milliseconds(100_000),
  tasks: [task('digits')],
  variants: [variant('a:original', { p50Ms: 1 })],
  workers: [worker('w', 500, { slots: 3 })],
  replicas: ['1', '2', '3'].map((id) => replica(id, 'a:original', 'w')),
});

describe('observeChanges', () => {
  it('lets the next surplus replica of a version be unloaded only after `surplusMs`', () => {
    const first = planReplicas(world, params);
    assert.deepEqual(brief(first), ['unload a:original on w']);
    const unloads = observeChanges(noChanges, first.actions, world.now, params);
    const at = (ms: number) =>
      planReplicas(
        { ...world, now: milliseconds(world.now + ms), replicas: world.replicas.slice(1), ...unloads },
        params,
      );
    const early = at(params.surplusMs - 1);
    assert.deepEqual(brief(early), []);
    assert.equal(early.nextAt, world.now + params.surplusMs);
    assert.deepEqual(brief(at(params.surplusMs)), ['unload a:original on w']);
  });

  it('forgets unloads that no longer matter', () => {
    const before = { ...noChanges, unloadedAt: new Map([['a:original/1', milliseconds(0)]]) };
    assert.equal(observeChanges(before, [], milliseconds(params.surplusMs), params).unloadedAt.size, 0);
  });
});

describe('observeChanges of evictions', () => {
  const needs = [task('busy'), task('idle')];
  const [busy, idle] = [
    variant('busy:original', { task: 'busy', p50Ms: 10 }),
    variant('idle:original', { task: 'idle', p50Ms: 5 }),
  ];
  const crowded = snapshot({
    now: milliseconds(100_000),
    tasks: needs,
    variants: [busy, idle],
    workers: [worker('w', 110, { slots: 2 })],
    replicas: [replica('1', 'idle:original', 'w')],
    demand: demandOf([busy.variant.id, 50]),
  });
  const first = planReplicas(crowded, params);
  const evictions = observeChanges(noChanges, first.actions, crowded.now, params);
  /** Returns the plan some ms later, when the busy task is gone. */
  const later = (ms: number, fields: Partial<typeof crowded> = {}) =>
    planReplicas(
      {
        ...crowded,
        tasks: [task('idle')],
        variants: [idle],
        demand: [],
        replicas: [],
        ...evictions,
        now: milliseconds(crowded.now + ms),
        ...fields,
      },
      params,
    );
  const loadsIdle = (plan: ReturnType<typeof later>): boolean => brief(plan).includes('load idle:original on w');

  it('lets the minimum of a task return to a worker from which it was evicted only after `returnMs`', () => {
    assert.deepEqual(brief(first), ['unload idle:original on w']);
    const early = later(params.returnMs - 1);
    assert.ok(!loadsIdle(early));
    assert.equal(early.nextAt, crowded.now + params.returnMs);
    assert.match(early.unmet[0]?.reason ?? '', /was evicted from w shortly before/);
    assert.ok(loadsIdle(later(params.returnMs)));
  });

  it('lets it return immediately for demand and for held queries', () => {
    assert.ok(loadsIdle(later(1, { demand: demandOf([idle.variant.id, 1]) })));
    assert.ok(loadsIdle(later(1, { held: [idle.variant.id] })));
  });

  it('does not follow unloads of surplus replicas', () => {
    const { actions } = planReplicas(world, params);
    assert.equal(observeChanges(noChanges, actions, world.now, params).evictedAt.size, 0);
  });

  it('forgets evictions that no longer matter', () => {
    const after = observeChanges(evictions, [], milliseconds(crowded.now + params.idleMs), params);
    assert.equal(after.evictedAt.size, 0);
  });
});
