// A model that is deleted while it serves.

import assert from 'node:assert/strict';
import { encodeInferRequest } from '@pareto/protocol';
import { noneFailed } from '../support/accounts.js';
import { readDigitModel, readDigits } from '../support/digits.js';
import { found } from '../support/findings.js';
import { lengths, ratePerSecond } from '../support/length.js';
import { startLoad } from '../support/load.js';
import { sleep, timeUntil, useFixture, type Fixture } from './fixture.js';

describe('the deletion of a serving model', function () {
  this.timeout(240_000);
  let fixture: Fixture;
  before(async function () {
    fixture = await useFixture(this);
  });
  beforeEach(() => fixture.mend());

  it('answers earlier queries, and then returns NOT_FOUND', async () => {
    const { client, cluster } = fixture;
    await client.registerTask('leaving');
    await client.registerModel('leaving', 'leaving-one', await readDigitModel('mlp-tiny'));
    await client.waitUntilMeasured('leaving');
    await client.waitUntilReady('leaving-one');
    const digits = await readDigits();
    const inputs = [digits.input(0)];
    const body = encodeInferRequest({ modelName: 'leaving-one', parameters: [['latency_ms', 8_000]], inputs });
    const addresses = cluster.routers.map(({ address }) => address);
    const asking = startLoad(addresses, { payloads: [{ body, label: undefined }], ratePerSecond });
    const others = fixture.load();
    await sleep(lengths.settleMs);
    const deletedAt = performance.now();
    await client.registry.delete({ name: 'leaving-one' });
    const goneMs = await timeUntil('its replicas to be unloaded', deletedAt, async () => {
      const { workers } = await client.fleet.listWorkers({});
      return workers.every(({ replicas }) => replicas.every(({ variant }) => !variant.startsWith('leaving-one:')));
    });
    await sleep(lengths.settleMs);
    const { sent, statuses } = await asking.stop();
    const { ok = 0, 'not-found': unknown = 0 } = statuses;
    found({ name: 'model deleted: unloaded', value: goneMs / 1000, unit: 's' });
    found({ name: 'model deleted: Infers of it sent', value: sent, unit: '' });
    found({
      name: 'model deleted: neither answered nor NOT_FOUND',
      value: sent - ok - unknown,
      unit: '',
      reach: { exactly: 0 },
    });
    assert.equal(ok + unknown, sent, JSON.stringify(statuses));
    assert.ok(ok > 0 && unknown > 0, JSON.stringify(statuses));
    noneFailed('model deleted: others', await others.stop());
  });
});
