// Concurrent writes to the records of the fleet.

import assert from 'node:assert/strict';
import { milliseconds, systemClock } from '@pareto/core';
import { createFleetState, defaultFleetParams } from '@pareto/policy';
import { openEmbeddedStore, type Compare, type Operation } from '@pareto/state';
import { createTempFolder } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createFleetRecords, type FleetRecords } from '../../src/fleet/fleet-records.js';
import { createRecordTables } from '../../src/storage/record-tables.js';
import { putRecord, workerKey } from '../../src/storage/records.js';
import { logger, metrics, startCandidate, waitToLead } from '../support/candidate.js';
import { infoOf, w1 } from '../support/reports.js';

/** Creates the records of a controller once it leads, and stores a worker. */
async function startRecords(leading: Awaited<ReturnType<typeof startCandidate>>): Promise<FleetRecords> {
  await waitToLead(leading);
  const records = createFleetRecords({ ...leading, fleet: createFleetState(defaultFleetParams), logger, metrics });
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
    const records = createFleetRecords({ leader, mirror, fleet, logger, metrics });
    await records.forgetLost({
      registry: { assignments: new Map() },
      now: milliseconds(3_600_000),
      leadingSince: milliseconds(0),
    });
    assert.equal(fleet.presence(w1, milliseconds(3_600_000), milliseconds(0)), 'connected');
    assert.deepEqual(written.at(-1), putRecord(workerKey(w1), { info: infoOf('2'), draining: true }));
  });
});
