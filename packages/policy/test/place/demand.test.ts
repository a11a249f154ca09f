import assert from 'node:assert/strict';
import { milliseconds, variantId, type Plan } from '@pareto/core';
import { buildHardwareClass } from '@pareto/testkit';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { defaultPlacementParams, type PlacementVariant } from '../../src/snapshot/snapshot.js';
import { carryOut } from './carry-out.js';
import {
  alsoOn,
  brief,
  cpu,
  replica,
  snapshot,
  task,
  variant,
  worker,
  type SnapshotFields,
  demandOf,
} from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };
const plan = (fields: SnapshotFields): Plan => planReplicas(snapshot(fields), params);
const wanted = (...counts: readonly (readonly [string, number])[]): Pick<SnapshotFields, 'wanted'> => ({
  wanted: new Map(counts.map(([id, count]) => [variantId(id), count])),
});
const busy = variant('busy:original', { p50Ms: 10, task: 'busy' });
const idleOf = (name: string, memoryMib = 100): PlacementVariant =>
  variant(`${name}:original`, { p50Ms: 5, task: name, memoryMib });
const idle = ['x', 'y', 'z'].map((name) => idleOf(name));
const idleTasks = ['x', 'y', 'z'].map(task);

describe('demand', () => {
  it('keeps its replicas when idle tasks need memory for their minimum', () => {
    const world = snapshot({
      tasks: [...idleTasks, task('busy')],
      variants: [...idle, busy],
      workers: [worker('a', 200, { slots: 2 }), worker('b', 200, { slots: 2 })],
      replicas: ['1', '2', '3', '4'].map((id) =>
        replica(id, 'busy:original', id < '3' ? 'a' : 'b', { lastUsedAt: milliseconds(900) }),
      ),
      ...wanted(['busy:original', 4]),
    });
    const first = planReplicas(world, params);
    assert.deepEqual(brief(first), []);
    assert.deepEqual(
      first.unmet.map(({ variant: id, source, cause }) => [id, source, cause]),
      idle.map((one) => [one.variant.id, 'minimum', 'memory']),
    );
  });

  it('evicts the minimum of an idle task, which is loaded again for held queries', () => {
    let world = snapshot({
      now: milliseconds(10_000),
      tasks: [task('x'), task('busy')],
      variants: [...idle.slice(0, 1), busy],
      workers: [worker('a', 120, { slots: 2 })],
      replicas: [replica('1', 'x:original', 'a')],
      ...wanted(['busy:original', 1]),
    });
    const first = planReplicas(world, params);
    assert.deepEqual(brief(first), ['unload x:original on a']);
    world = carryOut(world, first);
    const second = planReplicas(world, params);
    assert.deepEqual(brief(second), ['load busy:original on a']);
    world = { ...carryOut(world, second), demand: [], held: [variantId('x:original')] };
    assert.deepEqual(brief(planReplicas(world, params)), ['unload busy:original on a']);
  });

  it('evicts for all of its replicas in one plan, and nothing for which these leave room', () => {
    const first = snapshot({
      now: milliseconds(10_000),
      tasks: [task('x'), task('y'), task('busy')],
      variants: [idleOf('x', 60), idleOf('y', 190), busy],
      workers: [worker('a', 300, { slots: 4 })],
      replicas: [
        replica('1', 'x:original', 'a', { lastUsedAt: milliseconds(1) }),
        replica('2', 'y:original', 'a', { lastUsedAt: milliseconds(2) }),
      ],
      ...wanted(['busy:original', 2]),
    });
    const evictions = planReplicas(first, params);
    assert.deepEqual(brief(evictions), ['unload y:original on a']);
    const loads = planReplicas(carryOut(first, evictions), params);
    assert.deepEqual(brief(loads), ['load busy:original on a', 'load busy:original on a']);
  });

  it('leaves a required variant where evicting another one makes room for it', () => {
    const { actions, unmet } = plan({
      now: milliseconds(10_000),
      tasks: [task('x'), task('z'), task('busy')],
      variants: [idleOf('x', 60), idleOf('z', 60), busy],
      workers: [worker('a', 210), worker('b', 110), worker('c', 60)],
      replicas: [
        replica('1', 'x:original', 'a', { lastUsedAt: milliseconds(1) }),
        replica('2', 'x:original', 'b', { lastUsedAt: milliseconds(4) }),
        replica('3', 'z:original', 'a', { lastUsedAt: milliseconds(2) }),
        replica('4', 'z:original', 'c', { lastUsedAt: milliseconds(3) }),
      ],
      ...wanted(['busy:original', 2]),
    });
    assert.deepEqual(
      actions.map((action) => action.kind === 'unload' && action.assignment.replica),
      ['2', '3'],
    );
    assert.deepEqual(
      unmet.map(({ variant: id, cause }) => [id, cause]),
      [['busy:original', 'eviction']],
    );
  });

  it('gets at most the time of the slots, and the rest is reported', () => {
    const { actions, unmet } = plan({
      tasks: [task('busy')],
      variants: [busy],
      workers: [worker('a', 2_000, { slots: 4 }), worker('b', 2_000, { slots: 4 })],
      ...wanted(['busy:original', 12]),
    });
    assert.equal(actions.length, 8);
    assert.deepEqual(
      unmet.map(({ source, cause }) => [source, cause]),
      [['demand', 'compute']],
    );
    assert.match(unmet[0]?.reason ?? '', /^demand: 279 items\/s need the time of 2\.8 more slots/);
  });

  it('keeps the replicas that it can not use while slots are too few', () => {
    const other = variant('other:original', { p50Ms: 10, task: 'busy', accuracy: 0.8 });
    const actionsFor = (replicas: number): readonly string[] =>
      brief(
        plan({
          tasks: [task('busy')],
          variants: [busy, other],
          workers: [worker('a', 500, { slots: 2 })],
          replicas: ['busy', 'busy', 'other'].map((name, i) => replica(String(i), `${name}:original`, 'a')),
          ...wanted(['busy:original', replicas], ['other:original', 2]),
        }),
      );
    assert.deepEqual(actionsFor(3), []);
    assert.deepEqual(actionsFor(1), ['load other:original on a', 'unload busy:original on a']);
  });

  it('lacks a worker, not slot time, if no worker can hold the variant', () => {
    const { unmet } = plan({
      tasks: [task('busy')],
      variants: [busy],
      workers: [worker('a', 50, { slots: 4 })],
      ...wanted(['busy:original', 1]),
    });
    assert.deepEqual(
      unmet.map(({ source, cause }) => [source, cause]),
      [['demand', 'no-worker']],
    );
  });

  it('shares slots that are too few in turns, so that no variant starves', () => {
    const other = variant('other:original', { p50Ms: 10, task: 'busy', accuracy: 0.8 });
    const { actions } = plan({
      tasks: [task('busy')],
      variants: [busy, other],
      workers: [worker('a', 2_000, { slots: 4 })],
      ...wanted(['busy:original', 9], ['other:original', 3]),
    });
    const loaded = actions.map((action) => (action.kind === 'load' ? action.assignment.variant : ''));
    assert.deepEqual(loaded.toSorted(), ['busy:original', 'busy:original', 'other:original', 'other:original']);
  });

  it('is not placed on a saturated worker while a slot is idle elsewhere', () => {
    const other = variant('other:original', { p50Ms: 10, task: 'busy', accuracy: 0.8 });
    const fields = {
      tasks: [task('busy')],
      variants: [busy, other],
      // Worker a has more free memory.
      workers: [worker('a', 4_000, { slots: 1 }), worker('b', 500, { slots: 1 })],
      replicas: [replica('1', 'busy:original', 'a')],
    };
    const { actions } = plan({ ...fields, ...wanted(['busy:original', 1], ['other:original', 1]) });
    assert.deepEqual(
      actions.map((action) =>
        action.kind === 'load' ? `${action.assignment.variant} on ${action.assignment.worker}` : '',
      ),
      ['other:original on b'],
    );
  });

  it('leaves a replica whose worker other variants saturate, once another one is ready', () => {
    const other = variant('other:original', { p50Ms: 10, task: 'busy', accuracy: 0.8 });
    let world = snapshot({
      tasks: [task('busy')],
      variants: [busy, other],
      workers: [worker('a', 500, { slots: 1 }), worker('b', 500, { slots: 1 })],
      replicas: [replica('1', 'busy:original', 'a'), replica('2', 'other:original', 'a')],
      ...wanted(['busy:original', 1], ['other:original', 1]),
    });
    const lines: (readonly string[])[] = [];
    for (let turn = 1; turn <= 4; turn++) {
      const next = planReplicas(world, params);
      lines.push(brief(next));
      world = carryOut(world, next);
    }
    assert.deepEqual(lines, [['load other:original on b'], [], ['unload other:original on a'], []]);
  });

  it('uses a replica with slots of its own before one that shares its slots with another variant', () => {
    const other = variant('other:original', { p50Ms: 10, task: 'other' });
    const world = snapshot({
      tasks: [task('busy'), task('other')],
      variants: [busy, other],
      workers: [worker('a', 200, { slots: 1 }), worker('b', 200, { slots: 1 })],
      replicas: [
        replica('1', 'busy:original', 'a', { lastUsedAt: milliseconds(0) }),
        replica('2', 'busy:original', 'b', { lastUsedAt: milliseconds(9_000) }),
        replica('3', 'other:original', 'b', { lastUsedAt: milliseconds(0) }),
      ],
      now: milliseconds(10_000),
      demand: demandOf([variantId('busy:original'), 80], [variantId('other:original'), 50]),
    });
    assert.deepEqual(brief(planReplicas(world, params)), []);
  });

  it('uses the replica on the worker with fewer replicas per slot, if both have more replicas than slots', () => {
    const others = ['x', 'y', 'z'].map((name) => variant(`${name}:original`, { p50Ms: 10, task: name }));
    const world = snapshot({
      tasks: [task('busy'), ...idleTasks],
      variants: [busy, ...others],
      workers: [worker('a', 400, { slots: 3 }), worker('b', 200, { slots: 1 })],
      replicas: [
        replica('1', 'busy:original', 'a'),
        replica('2', 'x:original', 'a'),
        replica('3', 'y:original', 'a'),
        replica('4', 'z:original', 'a'),
        replica('5', 'busy:original', 'b'),
        replica('6', 'z:original', 'b'),
      ],
      now: milliseconds(10_000),
      demand: demandOf(
        [variantId('busy:original'), 50],
        [variantId('x:original'), 50],
        [variantId('y:original'), 50],
        [variantId('z:original'), 90],
      ),
    });
    const { kept } = planReplicas(world, params);
    assert.ok(kept.some(({ replica: id, source }) => id === '1' && source === 'demand'));
  });

  it('counts replicas on a slower class by the profile of that class', () => {
    const slow = buildHardwareClass({ device: 'slow', instructionSet: 'avx2' });
    const both = alsoOn(busy, slow, 10);
    const { actions, unmet } = plan({
      tasks: [task('busy')],
      variants: [both],
      workers: [
        worker('fast', 2_000, { slots: 1, classes: [cpu] }),
        worker('slow', 2_000, { slots: 16, classes: [slow] }),
      ],
      ...wanted(['busy:original', 2]),
    });
    const classes = actions.map((action) => (action.kind === 'load' ? action.assignment.worker : ''));
    assert.equal(classes.filter((id) => id === 'fast').length, 1);
    assert.equal(classes.filter((id) => id === 'slow').length, 10);
    assert.deepEqual(unmet, []);
  });

  it('states why a replica is loaded', () => {
    const { kept } = plan({
      tasks: [task('busy')],
      variants: [busy],
      workers: [worker('a', 500)],
      ...wanted(['busy:original', 1]),
    });
    assert.deepEqual(
      kept.map(({ source, reason }) => [source, reason]),
      [['demand', 'demand']],
    );
  });

  it('states why each replica stays', () => {
    const { kept } = plan({
      tasks: [...idleTasks, task('busy')],
      variants: [...idle, busy],
      workers: [worker('a', 500, { slots: 2 })],
      replicas: [replica('1', 'busy:original', 'a'), replica('2', 'x:original', 'a')],
      held: [variantId('x:original')],
      ...wanted(['busy:original', 1]),
    });
    assert.deepEqual(
      kept.slice(0, 2).map(({ replica: id, source, reason }) => [id, source, reason]),
      [
        ['1', 'demand', 'demand'],
        ['2', 'held', 'queries are held for it'],
      ],
    );
  });
});
