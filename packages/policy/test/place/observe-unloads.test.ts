import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { observeUnloads } from '../../src/place/observe-unloads.js';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { defaultPlacementParams } from '../../src/snapshot/snapshot.js';
import { brief, replica, snapshot, task, variant, worker } from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };

/** A variant with two replicas more than it needs. */
const world = snapshot({
  now: milliseconds(100_000),
  tasks: [task('digits')],
  variants: [variant('a:original', { p50Ms: 1 })],
  workers: [worker('w', 500, { slots: 3 })],
  replicas: ['1', '2', '3'].map((id) => replica(id, 'a:original', 'w')),
});

describe('observeUnloads', () => {
  it('lets the next surplus replica of a version be unloaded only after `surplusMs`', () => {
    const first = planReplicas(world, params);
    assert.deepEqual(brief(first), ['unload a:original on w']);
    const unloadedAt = observeUnloads(new Map(), first.actions, world.now, params);
    const at = (ms: number) =>
      planReplicas(
        { ...world, now: milliseconds(world.now + ms), replicas: world.replicas.slice(1), unloadedAt },
        params,
      );
    const early = at(params.surplusMs - 1);
    assert.deepEqual(brief(early), []);
    assert.equal(early.nextAt, world.now + params.surplusMs);
    assert.deepEqual(brief(at(params.surplusMs)), ['unload a:original on w']);
  });

  it('forgets unloads that no longer matter', () => {
    const before = new Map([['a:original/1', milliseconds(0)]]);
    assert.equal(observeUnloads(before, [], milliseconds(params.surplusMs), params).size, 0);
  });
});
