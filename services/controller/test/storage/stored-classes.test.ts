// Hardware classes in the store, with the memory of the slots as in older releases.

import assert from 'node:assert/strict';
import { bytes, hardwareClassOf, replicaId, variantId, type Measurement } from '@pareto/core';
import { buildHardwareClass, buildMeasuredResult, buildPoint, buildProfile, buildSlotGroup } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createRecordTables, type RecordTables } from '../../src/storage/record-tables.js';
import { measurementKey, putRecord, workerKey } from '../../src/storage/records.js';
import { storedWorker, withStoredClass } from '../../src/storage/stored-classes.js';
import { infoOf, w1 } from '../support/reports.js';

const id = hardwareClassOf('cpu/x/avx2/8g');
const named = { variant: variantId('a:original'), version: 1, environment: '1' };
const measured = (ms: number): Measurement['result'] =>
  buildMeasuredResult(buildProfile([buildPoint(1, ms)]), undefined);
const provisional = buildMeasuredResult({ ...buildProfile([buildPoint(1, 9)]), provisional: true }, undefined);
const prefix = 'measurement/default/a:original/1/';

/** Builds an entry of the store as older releases wrote it. */
const entryOf = (hardwareClass: string, result: Measurement['result'], modRevision: number) => ({
  ...{ key: prefix + hardwareClass, value: JSON.stringify({ ...named, hardwareClass, result }) },
  ...{ createRevision: modRevision, modRevision },
});

const keyIn = ({ view: { measurements } }: RecordTables): string | undefined =>
  measurements.get(measurementKey({ ...named, hardwareClass: id }))?.key.slice(prefix.length);

describe('measurements with a memory in their key', () => {
  const tables = createRecordTables((key, reason) => assert.fail(`${key}: ${reason}`));

  it('are one of their class: the newest that succeeded', () => {
    tables.replaceAll([
      entryOf('cpu/x/avx2/8g', measured(1), 1),
      entryOf('cpu/x/avx2/1g', measured(2), 2),
      entryOf('cpu/x/avx2/2g', { kind: 'failed', reason: 'out of memory' }, 3),
      entryOf('cpu/x/avx2/4g', provisional, 4),
      entryOf('cpu/x/avx512/8g', measured(3), 5),
    ]);
    assert.equal(tables.view.measurements.size, 2);
    assert.equal(keyIn(tables), 'cpu/x/avx2/1g');
    for (const { value } of tables.view.measurements.values()) assert.match(value.hardwareClass, /^cpu\/x\/avx\d+$/);
  });

  it('give way to the next one when they are deleted', () => {
    const remove = (memory: string): void =>
      void tables.apply([{ kind: 'delete', key: `${prefix}cpu/x/avx2/${memory}`, revision: 6 }]);
    remove('1g');
    assert.equal(keyIn(tables), 'cpu/x/avx2/8g');
    remove('8g');
    assert.equal(keyIn(tables), 'cpu/x/avx2/4g');
    tables.replaceAll([entryOf('cpu/x/avx2/2g', measured(2), 7)]);
    assert.deepEqual([tables.view.measurements.size, keyIn(tables)], [1, 'cpu/x/avx2/2g']);
    tables.replaceAll([]);
    assert.equal(tables.view.measurements.size, 0);
  });

  it('are written with the class in their key', () => {
    const key = `${prefix}cpu/x/avx2/8g`;
    const written = putRecord(key, { ...named, hardwareClass: id, result: measured(1) });
    assert.deepEqual(written, { kind: 'put', key, value: entryOf('cpu/x/avx2/8g', measured(1), 1).value });
  });
});

describe('hardware classes of a worker', () => {
  const hardwareClass = buildHardwareClass({ device: 'x', instructionSet: 'avx2' });
  const group = { ...buildSlotGroup(hardwareClass, 2), memoryPerSlot: bytes(8.5 * 2 ** 30) };
  const info = { ...infoOf(), slotGroups: [group] };

  it('are stored with the memory of the slots, and read without it', () => {
    const stored = storedWorker({ info, draining: true });
    assert.equal(stored.info.slotGroups[0]?.hardwareClass.id, 'cpu/x/avx2/8g');
    const tables = createRecordTables((key, reason) => assert.fail(`${key}: ${reason}`));
    const entry = { key: workerKey(w1), value: JSON.stringify(stored), createRevision: 1, modRevision: 1 };
    tables.replaceAll([entry]);
    assert.deepEqual(tables.view.workers.get(workerKey(w1))?.value, { info, draining: true });
  });

  it('are those of its assignments in the store', () => {
    const assignment = { replica: replicaId('r1'), variant: named.variant, version: 1, worker: w1, hardwareClass: id };
    assert.equal(withStoredClass(assignment, info).hardwareClass, 'cpu/x/avx2/8g');
    assert.deepEqual(withStoredClass(assignment, undefined), assignment);
    assert.deepEqual(withStoredClass(assignment, infoOf()), assignment);
  });
});
