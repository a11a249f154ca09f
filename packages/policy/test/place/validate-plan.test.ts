import assert from 'node:assert/strict';
import { bytes, milliseconds, replicaId, variantId, workerId, type Assignment, type PlanAction } from '@pareto/core';
import { describe, it } from 'mocha';
import type { PlacementReplica } from '../../src/place/snapshot.js';
import { validatePlan } from '../../src/place/validate-plan.js';
import { cpu, snapshot, variant, worker } from './world.js';

const tiny = variant('tiny:original', { p50Ms: 1, memoryMib: 100 });

const assignment = (replica: string): Assignment => ({
  replica: replicaId(replica),
  variant: variantId('tiny:original'),
  version: 1,
  worker: workerId('w1'),
  hardwareClass: cpu.id,
});
const load = (replica: string): PlanAction => ({ kind: 'load', assignment: assignment(replica), reason: '' });
const unload = (replica: string): PlanAction => ({ kind: 'unload', assignment: assignment(replica), reason: '' });
const ready = (replica: string): PlacementReplica => ({
  assignment: assignment(replica),
  state: 'ready',
  since: milliseconds(0),
  memoryBytes: bytes(0),
  lastUsedAt: milliseconds(0),
});

/** What a fresh look at a world with one worker of 250 MiB drops of a plan. */
function reasons(actions: readonly PlanAction[], changed: Parameters<typeof snapshot>[0] = {}): readonly string[] {
  const fresh = snapshot({ variants: [tiny], workers: [worker('w1', 250)], ...changed });
  const { actions: kept, dropped } = validatePlan({ actions }, fresh);
  assert.equal(kept.length + dropped.length, actions.length);
  return dropped.map(({ reason }) => reason);
}

describe('validatePlan', () => {
  it('keeps what still makes sense', () => {
    assert.deepEqual(reasons([load('b'), unload('a')], { replicas: [ready('a')] }), []);
  });

  it('drops loads beyond a worker’s memory, counting what it holds', () => {
    const why = 'the worker no longer has the memory';
    assert.deepEqual(reasons([load('a'), load('b'), load('c')]), [why]);
    assert.deepEqual(reasons([load('b'), load('c')], { replicas: [ready('a')] }), [why]);
  });

  it('drops what names a worker, a version or a replica that is no longer there', () => {
    assert.deepEqual(reasons([load('a')], { workers: [] }), ['the worker is not connected any more']);
    assert.deepEqual(reasons([load('a')], { workers: [worker('w1', 250, { draining: true })] }), [
      'the worker is draining',
    ]);
    const newer = variant('tiny:original', { version: 2 });
    assert.deepEqual(reasons([load('a')], { variants: [newer] }), ['this version of the variant is no longer current']);
    const bad = variant('tiny:original', { quarantineReason: 'it kills' });
    assert.deepEqual(reasons([load('a')], { variants: [bad] }), ['the variant is quarantined']);
    assert.deepEqual(reasons([unload('z')]), ['the replica is gone already']);
  });
});
