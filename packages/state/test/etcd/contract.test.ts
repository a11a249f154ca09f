// The contract of stores on the oldest and the newest supported versions of etcd.

import { systemClock } from '@pareto/core';
import { startEtcd, type Etcd } from '@pareto/testkit';
import { after, before, describe } from 'mocha';
import { storeContract, type StoreHarness } from '../store-contract.js';
import { freshPrefix, needEtcd, openOn, pause } from './fixture.js';

async function createHarness(etcd: Etcd): Promise<StoreHarness> {
  const prefix = freshPrefix();
  let store = await openOn(etcd, { prefix });
  return {
    store: () => store,
    clock: systemClock,
    async reopen() {
      await store[Symbol.asyncDispose]();
      store = await openOn(etcd, { prefix });
    },
    passTime: pause,
    passTimeUntil: (outcome) => outcome,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

for (const version of ['3.4', '3.6'] as const) {
  describe(`etcd ${version}`, function () {
    this.timeout(60_000);
    let etcd: Etcd | undefined;
    before(async function () {
      await needEtcd(this, version);
      etcd = await startEtcd({ version });
    });
    after(() => etcd?.[Symbol.asyncDispose]());

    storeContract(`etcd ${version}`, () =>
      etcd === undefined ? Promise.reject(new Error('no etcd')) : createHarness(etcd),
    );
  });
}
