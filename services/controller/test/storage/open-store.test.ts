import assert from 'node:assert/strict';
import { milliseconds, systemClock } from '@pareto/core';
import { judgeStore } from '@pareto/policy';
import { openEtcdStore } from '@pareto/state';
import { createLogger } from '@pareto/telemetry';
import { createFastClock, missingEtcd, startEtcd, type Etcd } from '@pareto/testkit';
import { after, before, describe, it } from 'mocha';
import { openEtcd, openWithRetry } from '../../src/storage/open-store.js';

describe('the store on etcd', function () {
  this.timeout(60_000);
  let etcd: Etcd | undefined;
  before(async function () {
    const skipReason = await missingEtcd('3.4');
    if (skipReason === undefined) return void (etcd = await startEtcd({ version: '3.4' }));
    Object.assign(this.test?.parent ?? {}, { skipReason });
    this.skip();
  });
  after(() => etcd?.[Symbol.asyncDispose]());

  it('is opened when a restore into it has finished', async () => {
    const { endpoints } = etcd ?? assert.fail('etcd runs');
    const clock = createFastClock();
    const options = { endpoints, prefix: '/pareto/restored/', clock: systemClock, judge: judgeStore };
    await using store = await openEtcdStore({ ...options, onNotice: () => undefined });
    const marker = 'meta/restoring';
    await store.transact({ compares: [], operations: [{ kind: 'put', key: marker, value: 'a' }] });
    const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
    const context = { clock, logger, known: undefined, intent: undefined, hasFiles: true };
    const { signal } = new AbortController();
    const open = (): ReturnType<typeof openEtcd> => openEtcd(endpoints, { cluster: 'restored' }, context);
    let isOpen = false;
    const opening = openWithRetry('waiting for etcd', open, context, signal).finally(() => (isOpen = true));
    await clock.sleep(milliseconds(5_000));
    assert.ok(!isOpen);
    await store.transact({ compares: [], operations: [{ kind: 'delete', key: marker }] });
    await using opened = await opening;
    assert.equal(opened?.epoch, store.epoch);
  });
});
