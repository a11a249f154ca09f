import assert from 'node:assert/strict';
import {
  bytes,
  milliseconds,
  replicaId,
  variantId,
  workerId,
  type Assignment,
  type PlanAction,
  type RecipeOutcome,
} from '@pareto/core';
import { describe, it } from 'mocha';
import { defaultPlacementParams, type PlacementReplica } from '../../../src/snapshot/snapshot.js';
import { validatePlan } from '../../../src/place/validate/validate-plan.js';
import { architecture, cpu, snapshot, variant, worker } from '../../support/fixture.js';

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
  readyAt: milliseconds(0),
  memoryBytes: bytes(0),
  lastUsedAt: milliseconds(0),
});

/** Returns the reasons of the actions that a fresh snapshot with one worker of 250 MiB drops. */
function reasons(actions: readonly PlanAction[], changed: Parameters<typeof snapshot>[0] = {}): readonly string[] {
  const fresh = snapshot({ variants: [tiny], workers: [worker('w1', 250)], ...changed });
  const { actions: kept, dropped } = validatePlan({ actions }, fresh, defaultPlacementParams);
  assert.equal(kept.length + dropped.length, actions.length);
  return dropped.map(({ reason }) => reason);
}

describe('validatePlan', () => {
  it('keeps actions that are still valid', () => {
    assert.deepEqual(reasons([load('b'), unload('a')], { replicas: [ready('a')] }), []);
  });

  it('drops loads beyond a worker’s memory, counting existing replicas', () => {
    const why = 'the worker no longer has the memory';
    assert.deepEqual(reasons([load('a'), load('b'), load('c')]), [why]);
    assert.deepEqual(reasons([load('b'), load('c')], { replicas: [ready('a')] }), [why]);
  });

  it('counts the assumed memory of a model that was not measured', () => {
    const unmeasured = variant('tiny:original');
    const replicas = [ready('a')];
    const why = 'the worker no longer has the memory';
    assert.deepEqual(reasons([load('b'), load('c'), load('d')], { variants: [unmeasured] }), [why]);
    assert.deepEqual(reasons([load('b'), load('c')], { variants: [unmeasured], replicas }), [why]);
  });

  it('drops actions for a worker, a version or a replica that no longer exists', () => {
    assert.deepEqual(reasons([load('a')], { workers: [] }), ['the worker is no longer connected']);
    assert.deepEqual(reasons([load('a')], { workers: [worker('w1', 250, { draining: true })] }), [
      'the worker is draining',
    ]);
    const newer = variant('tiny:original', { version: 2 });
    assert.deepEqual(reasons([load('a')], { variants: [newer] }), ['this version of the variant is no longer current']);
    const bad = variant('tiny:original', { quarantineReason: 'it kills' });
    assert.deepEqual(reasons([load('a')], { variants: [bad] }), ['the variant is quarantined']);
    assert.deepEqual(reasons([unload('z')]), ['the replica is gone already']);
  });

  it('checks the version of the action', () => {
    const both = { variants: [tiny, variant('tiny:original', { version: 2, memoryMib: 300, p50Ms: 1 })] };
    const newer: PlanAction = { kind: 'load', assignment: { ...assignment('b'), version: 2 }, reason: '' };
    assert.deepEqual(reasons([load('a')], both), []);
    assert.deepEqual(reasons([newer], both), ['the worker no longer has the memory']);
  });

  const made: RecipeOutcome = {
    ...{ architecture: 'tiny', version: 1, recipe: 'fp16' },
    result: { kind: 'declined', reason: '' },
  };
  const make = (recipe: string, version = 1): PlanAction => ({
    ...{ kind: 'make', architecture: 'tiny', version, recipe, worker: workerId('w1'), reason: '' },
  });
  const measure: PlanAction = {
    ...{ kind: 'measure', variant: variantId('tiny:original'), version: 1, hardwareClass: cpu.id },
    ...{ worker: workerId('w1'), reason: '' },
  };

  it('drops orders for files that have an outcome or are no longer current', () => {
    assert.deepEqual(reasons([make('fp16')]), []);
    const tried = { architectures: [architecture('tiny', {}, [made])] };
    assert.deepEqual(reasons([make('fp16'), make('int4')], tried), ['the recipe already has an outcome']);
    const newer = { architectures: [architecture('tiny', { version: 2 }, [made])] };
    const why = 'this version of the architecture is no longer current';
    assert.deepEqual(reasons([make('fp16'), make('fp16', 2)], newer), [why]);
    assert.deepEqual(reasons([make('fp16')], { architectures: [] }), [why]);
  });

  it('drops measurements that were taken in the meantime', () => {
    assert.deepEqual(reasons([measure]), ['it was measured meanwhile']);
    assert.deepEqual(reasons([measure], { variants: [variant('tiny:original')] }), []);
    assert.deepEqual(reasons([measure], { variants: [variant('tiny:original', { p50Ms: 1, environment: '0' })] }), []);
    assert.deepEqual(reasons([measure], { variants: [variant('tiny:original', { p50Ms: 1, noise: 0.2 })] }), []);
    assert.deepEqual(reasons([measure], { variants: [] }), ['this version of the variant is no longer current']);
  });

  it('drops orders for a worker that has one or is draining', () => {
    const busy = 'the worker already has an order';
    const variants = [variant('tiny:original')];
    for (const fields of [
      { measuring: variantId('x:original') },
      { making: { architecture: 'x', version: 1, recipe: 'fp16' } },
    ]) {
      const workers = [worker('w1', 250, fields)];
      assert.deepEqual(reasons([make('fp16'), measure], { variants, workers }), [busy, busy]);
    }
    const draining = { variants, workers: [worker('w1', 250, { draining: true })] };
    assert.deepEqual(reasons([make('fp16'), measure], draining), ['the worker is draining', 'the worker is draining']);
  });
});
