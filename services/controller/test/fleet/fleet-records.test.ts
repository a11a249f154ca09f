// Concurrent writes to the records of the fleet.

import assert from 'node:assert/strict';
import {
  hardwareClassId,
  milliseconds,
  replicaId,
  systemClock,
  variantId,
  workerId,
  type Assignment,
  type Measurement,
  type ReplicaReport,
  type VariantShapes,
} from '@pareto/core';
import { createFleetState, defaultFleetParams, type FleetState } from '@pareto/policy';
import { openEmbeddedStore, type Compare, type Entry, type Operation } from '@pareto/state';
import {
  buildMeasuredResult,
  buildPoint,
  buildProfile,
  buildVariant,
  createManualClock,
  createTempFolder,
} from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createFleetRecords, type FleetRecords } from '../../src/fleet/fleet-records.js';
import { createRecordTables } from '../../src/storage/record-tables.js';
import { assignmentKey, loadKey, measurementKey, putRecord, variantKey, workerKey } from '../../src/storage/records.js';
import { logger, metrics, startCandidate, waitToLead } from '../support/candidate.js';
import { infoOf, reportOf, w1, workerReport } from '../support/reports.js';
import { recordEvents } from '../support/record-events.js';

const shared = { events: recordEvents(), clock: systemClock, logger, metrics };
const served = { variant: variantId('tiny:original'), version: 1, hardwareClass: hardwareClassId('c') };
const assignment: Assignment = { ...served, replica: replicaId('r1'), worker: w1 };
const measurement: Measurement = {
  ...{ ...served, environment: '1.30' },
  result: buildMeasuredResult(buildProfile([]), undefined),
};

/** Creates the records of a controller once it leads, and stores a worker. */
async function startRecords(
  leading: Awaited<ReturnType<typeof startCandidate>>,
  fleet: FleetState = createFleetState(defaultFleetParams),
): Promise<FleetRecords> {
  await waitToLead(leading);
  const records = createFleetRecords({ ...leading, ...shared, fleet });
  await records.remember(infoOf('1'));
  return records;
}

describe('fleet records', () => {
  it('keep the draining mark of a worker that rejoins at the same time', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    await using leading = await startCandidate(store, 'one:1');
    const records = await startRecords(leading);
    assert.deepEqual(await Promise.all([records.setDraining(w1, true), records.remember(infoOf('2'))]), [
      true,
      undefined,
    ]);
    const stored = leading.mirror.records.workers.get(workerKey(w1))?.value;
    assert.deepEqual(stored, { info: infoOf('2'), draining: true });
  });

  it('are not written when a worker rejoins as it was', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    await using leading = await startCandidate(store, 'one:1');
    const records = await startRecords(leading);
    const { revision } = await store.range('worker/');
    await records.remember(infoOf('1'));
    assert.equal((await store.range('worker/')).revision, revision);
  });

  it('keep the record of a worker that rejoins while it is deleted', async () => {
    const fleet = createFleetState({ rejoinMs: 0, firstJoinMs: 0 });
    const tables = createRecordTables(() => assert.fail('unreadable'));
    const record = { key: workerKey(w1), value: JSON.stringify({ info: infoOf(), draining: true }) };
    tables.replaceAll([{ ...record, createRevision: 1, modRevision: 1 }]);
    const written: Operation[] = [];
    const leader = {
      write: async (_compares: readonly Compare[], operations: readonly Operation[]) => {
        if (written.length === 0) fleet.join({ info: infoOf('2') }, milliseconds(0));
        written.push(...operations);
        const gone = operations.filter(({ kind }) => kind === 'delete') as readonly { readonly key: string }[];
        tables.apply(gone.map(({ key }) => ({ kind: 'delete', key, revision: 2 })));
        return true;
      },
    };
    const mirror = { records: tables.view };
    const records = createFleetRecords({ ...shared, leader, mirror, fleet });
    await records.forgetLost({
      registry: { assignments: new Map() },
      now: milliseconds(3_600_000),
      leadingSince: milliseconds(0),
    });
    assert.equal(fleet.presence(w1, milliseconds(3_600_000), milliseconds(0)), 'connected');
    assert.deepEqual(written.at(-1), putRecord(workerKey(w1), { info: infoOf('2'), draining: true }));
  });

  it('are deleted for a worker that departed, unless it is drained or has assignments', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    await using leading = await startCandidate(store, 'one:1');
    const fleet = createFleetState(defaultFleetParams);
    const records = await startRecords(leading, fleet);
    const session = { info: infoOf('1') };
    fleet.join(session, milliseconds(0));
    const isKnownAfter = async (...assigned: readonly Assignment[]): Promise<boolean> => {
      const assignments = new Map(assigned.length === 0 ? [] : [[w1, assigned]]);
      await records.forgetLost({ registry: { assignments }, now: milliseconds(5), leadingSince: milliseconds(0) });
      return leading.mirror.records.workers.has(workerKey(w1));
    };
    assert.equal(await isKnownAfter(), true, 'it is connected');
    fleet.leave(session, milliseconds(1), 'departed');
    assert.equal(await isKnownAfter(), true, 'its load is still to be written');
    const load = { worker: w1, incarnation: '1', present: true, departed: true, replicas: [] };
    await leading.leader.write([], [putRecord(loadKey(w1), load)]);
    assert.equal(await isKnownAfter(assignment), true);
    await records.setDraining(w1, true);
    assert.equal(await isKnownAfter(), true);
    await records.setDraining(w1, false);
    assert.equal(await isKnownAfter(), false);
  });

  /** Returns a fleet without `w1`, in which another worker sends messages up to each given time. */
  function fleetNextTo() {
    const fleet = createFleetState(defaultFleetParams);
    const other = { info: { ...infoOf('1'), id: workerId('w2') } };
    fleet.join(other, milliseconds(0));
    let spokeAt = 0;
    const viewAt = (now: number) => {
      for (; spokeAt <= now; spokeAt += 500) fleet.report(other, workerReport, milliseconds(spokeAt));
      const registry = { assignments: new Map([[w1, [assignment]]]) };
      return { registry, now: milliseconds(now), leadingSince: milliseconds(0) };
    };
    return { fleet, viewAt };
  }

  it('are deleted on request once the worker is gone, not while it is connected or awaited', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    await using leading = await startCandidate(store, 'one:1');
    const { fleet, viewAt } = fleetNextTo();
    const records = await startRecords(leading, fleet);
    await leading.leader.write([], [putRecord(assignmentKey(assignment), assignment)]);
    const forgetAt = async (now: number): Promise<boolean> => records.forget(w1, viewAt(now));
    const awaited = { code: 'failed-precondition', message: 'worker w1 may reconnect: retry in 1 s' };
    await assert.rejects(forgetAt(9_999), awaited);
    const session = { info: infoOf('1') };
    fleet.join(session, milliseconds(10_000));
    await assert.rejects(forgetAt(11_000), {
      code: 'failed-precondition',
      message: /w1 is connected: stop its process/,
    });
    fleet.leave(session, milliseconds(12_000));
    await assert.rejects(forgetAt(13_499), awaited);
    assert.equal(leading.mirror.records.assignments.size, 1);
    assert.equal(await forgetAt(13_500), true);
    const { workers, assignments } = leading.mirror.records;
    assert.deepEqual([workers.size, assignments.size], [0, 0]);
    assert.equal(await forgetAt(13_500), false);
  });

  it('are kept if the worker rejoins as another process while they are deleted on request', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    await using leading = await startCandidate(store, 'one:1');
    const { fleet, viewAt } = fleetNextTo();
    await startRecords(leading, fleet);
    await leading.leader.write([], [putRecord(assignmentKey(assignment), assignment)]);
    let isFirst = true;
    const leader = {
      async write(compares: readonly Compare[], operations: readonly Operation[]) {
        if (isFirst) {
          isFirst = false;
          await leading.leader.write([], [putRecord(workerKey(w1), { info: infoOf('2'), draining: false })]);
          fleet.join({ info: infoOf('2') }, milliseconds(20_000));
        }
        return leading.leader.write(compares, operations);
      },
    };
    const records = createFleetRecords({ ...leading, ...shared, leader, fleet });
    await assert.rejects(records.forget(w1, viewAt(20_000)), { message: /w1 is connected/ });
    const { workers, assignments } = leading.mirror.records;
    assert.deepEqual([workers.get(workerKey(w1))?.value.info, assignments.size], [infoOf('2'), 1]);
  });

  it('have the provisional profile of a variant until it is measured', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    await using leading = await startCandidate(store, 'one:1');
    const records = await startRecords(leading);
    const profile = { ...buildProfile([]), provisional: true as const };
    const provisional = { ...measurement, environment: '', result: buildMeasuredResult(profile, undefined) };
    const report = { ...workerReport, provisional: [provisional] };
    const stored = (): Measurement | undefined =>
      leading.mirror.records.measurements.get(measurementKey(measurement))?.value;
    await records.storeProvisional(report, infoOf('1'));
    assert.equal(stored(), undefined, 'the variant is unknown');
    const { variant: id, version } = served;
    await leading.leader.write([], [putRecord(variantKey(id, version), buildVariant({ id, version }))]);
    await records.storeProvisional(report, infoOf('1'));
    assert.deepEqual(stored(), JSON.parse(JSON.stringify(provisional)));
    await records.storeMeasurement(measurement, infoOf('1'));
    await records.storeProvisional(report, infoOf('1'));
    assert.deepEqual(stored(), JSON.parse(JSON.stringify(measurement)));
  });

  it('have other shape buckets for a variant that all workers together are asked in other shapes', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    await using leading = await startCandidate(store, 'one:1');
    const fleet = createFleetState(defaultFleetParams);
    const records = await startRecords(leading, fleet);
    const profile = buildProfile([buildPoint(1, 5)], { shapes: { x: [10] } });
    const known = { ...measurement, result: buildMeasuredResult(profile, undefined) };
    await leading.leader.write([], [putRecord(measurementKey(measurement), known)]);
    const seen = (size: number, items: number, itemMs: number) => ({ ...served, shapes: { x: [size] }, items, itemMs });
    const second = { info: { ...infoOf('1'), id: workerId('w2') } };
    const sessions = [{ info: infoOf('1') }, second];
    await records.remember(second.info);
    for (const session of sessions) fleet.join(session, systemClock.now());
    const storeAfter = async (...shapes: readonly (readonly VariantShapes[])[]): Promise<void> => {
      for (const [index, own] of shapes.entries()) {
        const session = sessions[index] ?? assert.fail('there are two workers');
        fleet.report(session, { ...workerReport, shapes: own }, systemClock.now());
      }
      await records.storeBuckets();
    };
    const stored = (): Measurement | undefined =>
      leading.mirror.records.measurements.get(measurementKey(measurement))?.value;
    await storeAfter([seen(10, 1_000, 5)], [seen(20, 20, 9)]);
    assert.equal(stored()?.environment, '1.30', 'the profile fits all but 2 % of the items');
    await storeAfter([seen(20, 5, 8)], [seen(20, 5, 9)]);
    const next = stored();
    assert.equal(next?.environment, '');
    assert.ok(next.result.kind === 'measured');
    assert.deepEqual(next.result.profile.points, profile.points);
    const [bucket] = next.result.profile.buckets ?? [];
    assert.deepEqual([bucket?.shapes, bucket?.points[0]?.p99Ms], [{ x: [20] }, 9]);
  });

  it('keep a noisy measurement until a less noisy one arrives', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    await using leading = await startCandidate(store, 'one:1');
    const records = await startRecords(leading);
    const { variant: id, version } = served;
    await leading.leader.write([], [putRecord(variantKey(id, version), buildVariant({ id, version }))]);
    const noiseAfter = async (noise: number | undefined): Promise<number | undefined> => {
      const profile = buildProfile([], noise === undefined ? {} : { noise });
      await records.storeMeasurement({ ...measurement, result: buildMeasuredResult(profile, undefined) }, infoOf('1'));
      const result = leading.mirror.records.measurements.get(measurementKey(measurement))?.value.result;
      return result?.kind === 'measured' ? result.profile.noise : assert.fail('not stored');
    };
    assert.equal(await noiseAfter(0.4), 0.4);
    assert.equal(await noiseAfter(0.6), 0.4);
    assert.equal(await noiseAfter(0.2), 0.2);
    assert.equal(await noiseAfter(undefined), undefined);
  });

  it('have a variant measured again, once, when a replica has been interfered for 5 minutes', async () => {
    const fleet = createFleetState(defaultFleetParams);
    const session = { info: infoOf() };
    fleet.join(session, milliseconds(0));
    const tables = createRecordTables(() => assert.fail('unreadable'));
    const entryOf = (key: string, record: unknown, modRevision = 1): Entry => ({
      ...{ key, value: JSON.stringify(record), createRevision: 1, modRevision },
    });
    const key = measurementKey(measurement);
    tables.replaceAll([entryOf(assignmentKey(assignment), assignment), entryOf(key, measurement)]);
    const leader = {
      write: async (compares: readonly Compare[], operations: readonly Operation[]) => {
        assert.deepEqual(compares, [{ kind: 'revision', key, modRevision: 1 }]);
        const [put] = operations;
        assert.ok(put?.kind === 'put' && put.key === key);
        tables.apply([{ kind: 'put', entry: { ...entryOf(key, undefined, 2), value: put.value } }]);
        return true;
      },
    };
    const events = recordEvents();
    const clock = createManualClock();
    const records = createFleetRecords({ ...shared, leader, mirror: { records: tables.view }, fleet, events, clock });
    const environmentAfter = async (seconds: number, fields: Partial<ReplicaReport>): Promise<string | undefined> => {
      await clock.advance(1_000 * seconds - clock.now());
      fleet.report(session, { ...workerReport, replicas: [reportOf('r1', fields)] }, clock.now());
      await records.remeasureInterfered(w1);
      return tables.view.measurements.get(key)?.value.environment;
    };
    assert.equal(await environmentAfter(1, { interfered: true }), '1.30');
    assert.equal(await environmentAfter(200, { interfered: false }), '1.30');
    assert.equal(await environmentAfter(201, { interfered: true }), '1.30', 'it begins again');
    assert.equal(await environmentAfter(500, { interfered: true, busyMs: milliseconds(299_000) }), '1.30');
    assert.equal(
      await environmentAfter(501, { interfered: true, busyMs: milliseconds(300_000) }),
      '1.30',
      'it is full',
    );
    assert.equal(await environmentAfter(502, { interfered: true, busyMs: milliseconds(300_100) }), '');
    assert.equal(await environmentAfter(503, { interfered: true, busyMs: milliseconds(300_200) }), '');
    assert.deepEqual(
      events.all.map(({ kind, subject }) => [kind, subject]),
      [['interfered', 'tiny:original']],
    );
  });
});
