import assert from 'node:assert/strict';
import fc from 'fast-check';
import { replicaId, variantId, workerId, type Assignment, type PlanAction, type ReplicaState } from '@pareto/core';
import { describe, it } from 'mocha';
import {
  planAbsences,
  planAdoption,
  type AdoptionSnapshot,
  type RunningWorker,
} from '../../src/adopt/plan-adoption.js';
import { cpu, variant, worker } from '../support/fixture.js';

interface Running {
  readonly replica: string;
  readonly variant?: string;
  readonly version?: number;
  readonly state?: ReplicaState;
}

const runs = (id: string, ...replicas: readonly Running[]): RunningWorker => ({
  info: worker(id, 1000).info,
  replicas: replicas.map(({ replica, variant: name = 'tiny:original', version = 1, state = 'ready' }) => ({
    replica: replicaId(replica),
    variant: variantId(name),
    version,
    state,
  })),
});
const assigned = (replica: string, to = 'w1'): Assignment => ({
  replica: replicaId(replica),
  variant: variantId('tiny:original'),
  version: 1,
  worker: workerId(to),
  hardwareClass: cpu.id,
});
const tiny = variant('tiny:original', { p50Ms: 1 });
const adopted = (snapshot: Partial<AdoptionSnapshot>): readonly string[] =>
  planAdoption({ workers: [], assignments: [], variants: [tiny], ...snapshot }).map(replicaOf);
const replicaOf = (action: PlanAction): string => ('assignment' in action ? action.assignment.replica : '');

describe('planAdoption', () => {
  it('adopts running replicas of registered variants on their worker', () => {
    const snapshot = { workers: [runs('w1', { replica: 'a' })], assignments: [], variants: [tiny] };
    const [action] = planAdoption(snapshot);
    assert.ok(action?.kind === 'adopt');
    assert.deepEqual(action.assignment, assigned('a'));
  });

  it('adopts no planned, draining, failed or unregistered replica', () => {
    const cases: readonly (readonly [string, Partial<AdoptionSnapshot>])[] = [
      ['in the plan', { assignments: [assigned('a')], workers: [runs('w1', { replica: 'a' })] }],
      ['draining', { workers: [runs('w1', { replica: 'a', state: 'draining' })] }],
      ['failed', { workers: [runs('w1', { replica: 'a', state: 'failed' })] }],
      ['of another variant', { workers: [runs('w1', { replica: 'a', variant: 'other:original' })] }],
      ['of another version', { workers: [runs('w1', { replica: 'a', version: 2 })] }],
    ];
    for (const [what, snapshot] of cases) assert.deepEqual(adopted(snapshot), [], what);
    assert.deepEqual(adopted({ workers: [runs('w1', { replica: 'a', state: 'loading' })] }), ['a']);
  });

  it('assigns a class of the worker, also for an unmeasured variant', () => {
    const unmeasured = variant('tiny:original');
    const [action] = planAdoption({ workers: [runs('w1', { replica: 'a' })], assignments: [], variants: [unmeasured] });
    assert.equal(action?.kind === 'adopt' && action.assignment.hardwareClass, cpu.id);
  });
});

describe('planAbsences', () => {
  it('removes assignments that a connected worker does not run, and none of a disconnected one', () => {
    const workers = [runs('w1', { replica: 'a' })];
    const assignments = [assigned('a'), assigned('b'), assigned('c', 'w2')];
    assert.deepEqual(planAbsences({ workers, assignments }).map(replicaOf), ['b']);
  });
});

describe('reconciling a plan', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const states: readonly ReplicaState[] = ['loading', 'warming', 'ready', 'draining', 'failed'];
  const replica = fc.record({
    name: fc.constantFrom(...names),
    host: fc.constantFrom('w1', 'w2', 'w3'),
    version: fc.constantFrom(1, 2),
    state: fc.constantFrom(...states),
  });
  const world = fc
    .record({
      running: fc.uniqueArray(replica, { selector: ({ name }) => name }),
      planned: fc.uniqueArray(replica, { selector: ({ name }) => name }),
      there: fc.subarray(['w1', 'w2', 'w3']),
    })
    .map(({ running, planned, there }): AdoptionSnapshot => ({
      workers: there.map((id) => {
        const own = running.filter(({ host }) => host === id);
        return runs(id, ...own.map(({ name, ...rest }) => ({ replica: `${name}-${id}`, ...rest })));
      }),
      assignments: planned.map(({ name, host }) => assigned(`${name}-${host}`, host)),
      variants: [tiny],
    }));
  const settle = (before: AdoptionSnapshot): AdoptionSnapshot => {
    const actions = [...planAdoption(before), ...planAbsences(before)];
    const gone = new Set(actions.flatMap((action) => (action.kind === 'unload' ? [replicaOf(action)] : [])));
    const come = actions.flatMap((action) => (action.kind === 'adopt' ? [action.assignment] : []));
    return { ...before, assignments: [...before.assignments.filter((one) => !gone.has(one.replica)), ...come] };
  };

  it('unloads no replica that serves a registered variant, plans none twice, and converges immediately', () => {
    fc.assert(
      fc.property(world, (before) => {
        const after = settle(before);
        const ids = after.assignments.map((one) => one.replica);
        assert.equal(new Set(ids).size, ids.length);
        for (const { info, replicas } of before.workers) {
          for (const one of replicas) {
            if (one.state !== 'ready' || one.version !== 1) continue;
            assert.equal(after.assignments.find(({ replica: id }) => id === one.replica)?.worker, info.id);
          }
        }
        assert.deepEqual([...planAdoption(after), ...planAbsences(after)], []);
      }),
    );
  });
});
