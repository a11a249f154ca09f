// Migration of records of older schema versions.

import assert from 'node:assert/strict';
import { environmentOf, noCounts, verifiedRuntime } from '@pareto/core';
import { describe, it } from 'mocha';
import { createRecordTables } from '../../src/storage/record-tables.js';

const entry = (key: string, value: unknown) => ({
  key,
  value: JSON.stringify(value),
  createRevision: 1,
  modRevision: 1,
});
const manifest = { files: [{ path: 'm.onnx', digest: 'sha256:1', sizeBytes: 1 }] };

describe('a measurement whose verdict about rows was not stored', () => {
  const environmentWith = (environment: string, profile: object): string | undefined => {
    const tables = createRecordTables((key, reason) => assert.fail(`${key}: ${reason}`));
    const measured = {
      variant: 'a:original',
      version: 1,
      hardwareClass: 'c',
      environment,
      result: { kind: 'measured', profile },
    };
    tables.replaceAll([entry('measurement/default/a:original/1/c', measured)]);
    return [...tables.view.measurements.values()][0]?.value.environment;
  };
  it('is taken again if a worker verified rows, since an older leader dropped the verdict', () => {
    const verified = verifiedRuntime('1.30');
    assert.equal(environmentWith(verified, {}), '');
    assert.equal(environmentWith(verified, { rows: { kind: 'proved' } }), verified);
    assert.equal(environmentWith('1.30', {}), '1.30');
  });
});

describe('records of schema version 1', () => {
  const tables = createRecordTables((key, reason) => assert.fail(`${key}: ${reason}`));
  const info = { id: 'w1', slotGroups: [{ hardwareClass: { id: 'cpu/a/b/1g' }, slots: 2 }], runtimeVersion: '1.22' };
  const profile = { points: [], loadMs: 7, memoryBytes: 5, runtimeVersion: '1.22', providerUsed: 'cpu' };
  const measured = {
    variant: 'a:original',
    version: 1,
    hardwareClass: 'cpu/a/b/1g',
    result: { kind: 'measured', profile },
  };
  tables.replaceAll([
    entry('architecture/default/a/1', { name: 'a', version: 1, task: 't', manifest, maxBatchSize: 8 }),
    entry('measurement/default/a:original/1/cpu/a/b/1g', measured),
    entry('counter/default/a:original/1', { requests: 3, items: 4, executions: 2, failures: 0, busyMs: 7 }),
    entry('load/w1', { worker: 'w1', incarnation: '1', present: true, replicas: [{ replica: 'r1', items: 4 }] }),
    entry('worker/w1', { info, draining: true }),
  ]);
  const { architectures, counters, loads, measurements, workers } = tables.view;

  it('contain architectures with the original as the only recipe', () => {
    const [architecture] = architectures.values();
    assert.deepEqual([architecture?.value.recipes, architecture?.value.keepAll], [['original'], false]);
    assert.deepEqual([architecture?.value.fixedBatch, architecture?.value.maxBatchSize], [undefined, 8]);
  });

  it('contain complete measurements with an unknown environment', () => {
    const [worker] = workers.values();
    const [measurement] = measurements.values();
    const [group] = worker?.value.info.slotGroups ?? [];
    assert.ok(worker !== undefined && group !== undefined && measurement?.value.result.kind === 'measured');
    assert.deepEqual([group.driver, group.slots, worker.value.draining], ['', 2, true]);
    assert.deepEqual([group.deviceMemoryBytes, group.deviceId], [0, '']);
    assert.notEqual(measurement.value.environment, environmentOf(worker.value.info.runtimeVersion, group));
    const { coldLoadMs, baseMemoryBytes, nodesByProvider, loadMs } = measurement.value.result.profile;
    assert.deepEqual(
      { coldLoadMs, baseMemoryBytes, nodesByProvider, loadMs },
      {
        ...{ coldLoadMs: 7, baseMemoryBytes: 0, nodesByProvider: {}, loadMs: 7 },
      },
    );
  });

  it('contain no counts for the statistics, no Interfered replicas and no checks of rows', () => {
    const [counter] = counters.values();
    const [load] = loads.values();
    assert.deepEqual([counter?.value.items, counter?.value.counts], [4, noCounts]);
    const [report] = load?.value.replicas ?? [];
    assert.deepEqual([report?.items, report?.counts, report?.interfered], [4, noCounts, false]);
    assert.deepEqual([report?.checkedRows, report?.mixedReason, report?.comparedRows], [0, '', 0]);
  });
});
