import assert from 'node:assert/strict';
import { variantId } from '@pareto/core';
import { createRoles } from '../../../src/baselines/infaas/roles.js';
import type { ServingReplica } from '../../../src/policies/serving-policy.js';
import { profileOn, smallCluster, variant, workersOn } from '../support/small-cluster.js';
import { onClass, registered } from '../support/infaas.js';

const resnet = variant('resnet', 0.8, [profileOn('gpu', { 1: 20, 4: 50, 8: 90 })]);
const variants = registered(resnet);
const [one, four, eight] = [onClass(variants, 'gpu', 1), onClass(variants, 'gpu', 4), onClass(variants, 'gpu', 8)];
const [worker] = smallCluster([resnet], [workersOn('gpu', 1, 1)], { gpu: 0.5 }).workers;
if (worker === undefined) throw new Error('the cluster has no worker');
const replica = (id: string, readyAt: number): ServingReplica => ({
  ...{ id, variant: variantId('resnet'), task: 'images', worker, state: 'ready', readyAt, queue: [], inFlight: 0 },
  ...{ running: 0, expectedEndAt: 0, sent: 0, answered: 0 },
});

describe('the roles of replicas', () => {
  it('are the variants that were expected, in their order', () => {
    const roles = createRoles(variants);
    roles.expect(four, worker.id);
    roles.expect(eight, worker.id);
    assert.equal(roles.of(replica('a', 0)), four);
    assert.equal(roles.of(replica('b', 1)), eight);
    assert.equal(roles.of(replica('a', 0)), four);
    assert.equal(roles.of(replica('c', 2)), one);
  });
  it('stay with the replicas that are not drained', () => {
    const roles = createRoles(variants);
    const [old, young] = [replica('old', 1), replica('young', 2)];
    roles.expect(four, worker.id);
    roles.expect(eight, worker.id);
    roles.of(old);
    roles.of(young);
    // The smaller batch is unloaded. The younger replica is drained, so that the older one gets the larger batch.
    assert.equal(roles.forget(four, [young, old]), young);
    assert.equal(roles.of(old), eight);
  });
});
