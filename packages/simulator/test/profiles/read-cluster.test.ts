import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { createCluster, readCluster } from '../../src/index.js';

const cpu = 'cpu/amd-epyc/avx512';
const gpu = 'cuda/t4/none';
const point = { batch: 1, p50Ms: 2, p95Ms: 3, p99Ms: 4, runs: 100 };
const profile = { points: [point], loadMs: 20, memoryBytes: 64 * 2 ** 20 };
const measured = { hardwareClass: cpu, profile, accuracy: { value: 0.9 }, error: '' };
const variant = {
  ...{ name: 'cnn:original', version: 1, architecture: 'cnn', task: 'digits', quarantineReason: '', denied: '' },
  measurements: [measured],
};
const group = { hardwareClass: { id: cpu }, slots: 2, deviceMemoryBytes: 0 };
const worker = { departed: false, memoryBytes: 2 ** 30, usdPerHour: 0.1, slotGroups: [group] };
const listings = {
  tasks: { tasks: [{ name: 'digits', defaultObjective: { latencyMs: 50 } }] },
  variants: { variants: [variant] },
  workers: { workers: [worker] },
};

describe('the registry and the fleet of a cluster', () => {
  it('have its tasks, variants, classes and workers', () => {
    const { registry, fleet } = readCluster(listings);
    assert.deepEqual(registry, {
      tasks: [{ name: 'digits', defaultLatencyMs: 50 }],
      variants: [
        {
          ...{ name: 'cnn:original', architecture: 'cnn', task: 'digits', accuracy: 0.9 },
          profiles: [
            {
              ...{
                hardwareClass: cpu,
                points: [{ batch: 1, p50Ms: 2, p95Ms: 3, p99Ms: 4 }],
                memoryMib: 64,
                loadMs: 20,
              },
              ...{
                modelled: false,
                source: `measured by the cluster: cnn:original on ${cpu}, at least 100 runs of each batch size`,
              },
            },
          ],
        },
      ],
    });
    assert.deepEqual(fleet, {
      classes: [{ name: cpu, usdPerSlotHour: 0.05 }],
      workers: [{ hardwareClass: cpu, count: 1, slots: 2, memoryMib: 1024 }],
    });
    assert.equal(createCluster(registry, fleet).workers.length, 1);
  });

  it('have the newest version of the variants that can be served', () => {
    const failed = { ...measured, profile: null, accuracy: null };
    const unprofiled = { ...measured, profile: { ...profile, points: [] } };
    const all = [
      { ...variant, version: 2, measurements: [{ ...measured, accuracy: null }] },
      variant,
      { ...variant, name: 'denied:original', denied: 'a rule' },
      { ...variant, name: 'broken:original', quarantineReason: 'it crashed' },
      { ...variant, name: 'failed:original', measurements: [failed] },
      { ...variant, name: 'unprofiled:original', measurements: [unprofiled] },
    ];
    const { variants } = readCluster({ ...listings, variants: { variants: all } }).registry;
    assert.deepEqual(
      variants.map(({ name, accuracy }) => [name, accuracy]),
      [['cnn:original', 0]],
    );
  });

  it('have workers that are alike once, and one for each class of a worker', () => {
    const device = { hardwareClass: { id: gpu }, slots: 1, deviceMemoryBytes: 2 ** 31 };
    const all = [worker, { ...worker, departed: true }, { ...worker, usdPerHour: 3.16, slotGroups: [group, device] }];
    const { classes, workers } = readCluster({ ...listings, workers: { workers: all } }).fleet;
    assert.deepEqual(classes, [
      { name: cpu, usdPerSlotHour: 0.05 },
      { name: gpu, usdPerSlotHour: 3.06 },
    ]);
    assert.deepEqual(workers, [
      { hardwareClass: cpu, count: 2, slots: 2, memoryMib: 1024 },
      { hardwareClass: gpu, count: 1, slots: 1, memoryMib: 2048 },
    ]);
  });

  it('have the ready replicas of these variants by the position of the worker', () => {
    const replica = (name: string, state = 'READY'): object => ({ variant: name, state });
    const device = { hardwareClass: { id: gpu }, slots: 1, deviceMemoryBytes: 2 ** 31 };
    const onGpu = { ...variant, name: 'cnn:gpu', measurements: [{ ...measured, hardwareClass: gpu }] };
    const all = [
      { ...worker, replicas: [replica('cnn:original'), replica('cnn:original', 'LOADING')] },
      { ...worker, slotGroups: [group, device], replicas: [replica('cnn:gpu'), replica('none:original')] },
      { ...worker, replicas: [replica('cnn:original'), replica('cnn:original')] },
    ];
    const { fleet, replicas } = readCluster({
      ...{ tasks: listings.tasks, variants: { variants: [variant, onGpu] } },
      workers: { workers: all },
    });
    // The three workers of the CPU class are w0 to w2, and that of the GPU is w3.
    assert.deepEqual(
      fleet.workers.map(({ hardwareClass, count }) => [hardwareClass, count]),
      [
        [cpu, 3],
        [gpu, 1],
      ],
    );
    assert.deepEqual(replicas, [
      { variant: 'cnn:original', worker: 0 },
      { variant: 'cnn:original', worker: 2 },
      { variant: 'cnn:original', worker: 2 },
      { variant: 'cnn:gpu', worker: 3 },
    ]);
  });

  it('are rejected with the path of a malformed field', () => {
    const broken = { variants: [{ ...variant, measurements: [{ ...measured, hardwareClass: 5 }] }] };
    assert.throws(
      () => readCluster({ ...listings, variants: broken }),
      (error) =>
        error instanceof ParetoError &&
        error.code === 'invalid-argument' &&
        error.message ===
          "this is not the output of 'pareto get variants -o json': variants.0.measurements.0.hardwareClass: Invalid input: expected string, received number",
    );
  });
});
