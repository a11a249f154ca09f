import assert from 'node:assert/strict';
import { createSeededRng, milliseconds, workerId, type Objective } from '@pareto/core';
import type { InfaasVariant } from '../../../src/baselines/infaas/infaas-variant.js';
import { defaultInfaasParams } from '../../../src/baselines/infaas/params.js';
import {
  listFeasible,
  selectInfaas,
  type InfaasSelection,
  type Instance,
  type WorkerUse,
} from '../../../src/baselines/infaas/select/select-infaas.js';
import { profileOn, variant } from '../support/small-cluster.js';
import { onClass, registered } from '../support/infaas.js';

// Rated latencies: small 20 ms, medium 60 ms, large 90 ms on a CPU; 10 ms with batches of 1 and 40 ms with batches of 4 on a GPU.
const small = variant('small', 0.7, [profileOn('cpu', { 1: 20 }, { loadMs: 2_000 })]);
const medium = variant('medium', 0.8, [profileOn('cpu', { 1: 60 }, { loadMs: 500 })]);
const large = variant('large', 0.9, [
  profileOn('cpu', { 1: 90 }, { loadMs: 1_000 }),
  profileOn('gpu', { 1: 10, 4: 40 }, { loadMs: 5_000 }),
]);
const variants = registered(small, medium, large);
const named = (name: string): InfaasVariant => {
  const found = variants.find(({ option, kind }) => option.variant === name && kind === 'cpu');
  if (found === undefined) throw new Error(`there is no variant ${name}`);
  return found;
};
const within = (latencyMs: number, minAccuracy?: number): Pick<Objective, 'latencyMs' | 'minAccuracy'> => ({
  ...{ latencyMs: milliseconds(latencyMs), minAccuracy },
});
const instance = (variantOf: InfaasVariant, worker: string, fields: Partial<Instance> = {}): Instance => ({
  ...{ variant: variantOf, worker: workerId(worker), isReady: true, load: 0, isFlagged: false, ...fields },
});
const cpuWorker = (id: string, utilisation: number, fields: Partial<WorkerUse> = {}): WorkerUse => ({
  ...{ worker: workerId(id), hardwareClasses: [named('small').option.hardwareClass], utilisation },
  ...{ slots: 1, freeBytes: 4 * 2 ** 30, architectures: new Set(), ...fields },
});

function select(
  objective: Pick<Objective, 'latencyMs' | 'minAccuracy'>,
  instances: readonly Instance[],
  workers: readonly WorkerUse[] = [],
  rng = createSeededRng(1),
  params = defaultInfaasParams,
): InfaasSelection {
  const byName = new Map(variants.map(({ name }) => [name, instances.filter((one) => one.variant.name === name)]));
  const feasible = listFeasible(variants, objective, defaultInfaasParams);
  return selectInfaas(feasible, { instances: byName, workers }, rng, params);
}

/** Returns how often each worker is chosen by 1,000 queries. */
function chosenWorkers(...of: Parameters<typeof select>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const [objective, instances, workers, rng = createSeededRng(1)] = of;
  for (let query = 0; query < 1_000; query += 1) {
    const selected = select(objective, instances, workers, rng);
    const worker = selected.kind === 'serve' ? selected.instance.worker : selected.kind;
    counts[worker] = (counts[worker] ?? 0) + 1;
  }
  return counts;
}

describe('selectInfaas', () => {
  it('selects the active variant with the least slack of latency, whatever it costs', () => {
    const active = [instance(named('small'), 'w0'), instance(named('medium'), 'w1'), instance(named('large'), 'w2')];
    assert.deepEqual(Object.keys(chosenWorkers(within(100), active)), ['w2']);
    assert.deepEqual(Object.keys(chosenWorkers(within(89), active)), ['w1']);
    assert.deepEqual(Object.keys(chosenWorkers(within(59), active)), ['w0']);
  });
  it('selects no variant below the floor', () => {
    const active = [instance(named('small'), 'w0'), instance(onClass(variants, 'gpu', 1), 'w1')];
    assert.deepEqual(Object.keys(chosenWorkers(within(59, 0.85), active)), ['w1']);
  });
  it('selects the worker with the lowest load', () => {
    const active = [4, 1, 3, 2].map((load, index) => instance(named('small'), `w${index}`, { load }));
    assert.deepEqual(Object.keys(chosenWorkers(within(50), active)), ['w1']);
  });
  it('avoids flagged instances', () => {
    const active = [instance(named('large'), 'w0', { isFlagged: true }), instance(named('small'), 'w1', { load: 9 })];
    assert.deepEqual(Object.keys(chosenWorkers(within(100), active)), ['w1']);
  });
  it('sends a tenth of the queries to flagged instances, and loads a variant for the others', () => {
    const active = [instance(named('large'), 'w0', { isFlagged: true })];
    const counts = chosenWorkers(within(100), active, [cpuWorker('w1', 0)]);
    // 100 of 1,000. Four standard deviations are 38.
    assert.ok(Math.abs((counts['w0'] ?? 0) - 100) < 38, `${counts['w0']}`);
    assert.equal((counts['w0'] ?? 0) + (counts['load'] ?? 0), 1_000);
  });
  it('loads the variant with the least load time + latency on the least used worker', () => {
    // small 2,020, medium 560, large 1,090 and 5,010 ms.
    const workers = [cpuWorker('w0', 0.5), cpuWorker('w1', 0.2), cpuWorker('w2', 0.3)];
    assert.deepEqual(select(within(100), [], workers), {
      kind: 'load',
      variant: named('medium'),
      worker: 'w1',
    });
    assert.deepEqual(select(within(100, 0.85), [], workers), { kind: 'load', variant: named('large'), worker: 'w1' });
  });
  it('loads on no worker that has the architecture, or less than its memory + 1 GiB', () => {
    const workers = [
      cpuWorker('w0', 0, { freeBytes: 1.05 * 2 ** 30 }),
      cpuWorker('w1', 0.1, { architectures: new Set(['medium']) }),
      cpuWorker('w2', 0.9, { freeBytes: 1.1 * 2 ** 30 }),
    ];
    const selected = select(within(100), [], workers);
    assert.deepEqual(selected, { kind: 'load', variant: named('medium'), worker: 'w2' });
  });
  it('waits for a variant that is being loaded, unless its queue is flagged', () => {
    const loading = (isFlagged: boolean): Instance => instance(named('large'), 'w0', { isReady: false, isFlagged });
    assert.deepEqual(Object.keys(chosenWorkers(within(100), [loading(false)], [cpuWorker('w1', 0)])), ['w0']);
    assert.deepEqual(Object.keys(chosenWorkers(within(100), [loading(true)], [cpuWorker('w1', 0)])), ['load']);
  });
  it('serves by flagged instances while another one is loaded, if queries do not wait', () => {
    const flagged = instance(named('large'), 'w0', { isFlagged: true });
    const params = { ...defaultInfaasParams, flaggedShare: 0, waitsForLoads: false };
    const selected = select(within(100), [flagged], [cpuWorker('w1', 0)], createSeededRng(1), params);
    const load = { kind: 'load', variant: named('medium'), worker: 'w1' };
    assert.deepEqual(selected, { kind: 'serve', instance: flagged, load });
    const loading = instance(named('medium'), 'w1', { isReady: false });
    const meanwhile = select(within(100), [flagged, loading], [cpuWorker('w2', 0)], createSeededRng(1), params);
    assert.deepEqual(meanwhile, { kind: 'serve', instance: flagged });
  });
  it('uses flagged instances if no worker has room', () => {
    const active = [instance(named('large'), 'w0', { isFlagged: true })];
    assert.deepEqual(Object.keys(chosenWorkers(within(100), active, [])), ['w0']);
  });
  it('names the nearest variant if none meets the objective', () => {
    assert.deepEqual(select(within(5), [], [cpuWorker('w0', 0)]), {
      kind: 'none',
      nearest: onClass(variants, 'gpu', 1),
    });
    assert.deepEqual(select(within(100, 0.95), []), { kind: 'none', nearest: undefined });
  });
});
