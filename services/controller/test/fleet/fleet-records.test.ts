// Concurrent writes to the records of the fleet.

import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { openEmbeddedStore } from '@pareto/state';
import { createTempFolder } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createFleetRecords } from '../../src/fleet/fleet-records.js';
import { createFleetState, defaultFleetParams } from '../../src/fleet/fleet-state.js';
import { workerKey } from '../../src/storage/records.js';
import { logger, metrics, startCandidate, waitToLead } from '../support/candidate.js';
import { infoOf, w1 } from '../support/reports.js';

describe('fleet records', () => {
  it('keep the draining mark of a worker that rejoins at the same time', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    await using leading = await startCandidate(store, 'one:1');
    await waitToLead(leading);
    const records = createFleetRecords({ ...leading, fleet: createFleetState(defaultFleetParams), logger, metrics });
    await records.remember(infoOf('1'));
    assert.deepEqual(await Promise.all([records.setDraining(w1, true), records.remember(infoOf('2'))]), [
      true,
      undefined,
    ]);
    const stored = leading.mirror.records.workers.get(workerKey(w1))?.value;
    assert.deepEqual(stored, { info: infoOf('2'), draining: true });
  });
});
