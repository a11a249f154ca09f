// The embedded store: the contract, and its files, locks and crashes.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@pareto/core';
import { createElection, openEmbeddedStore, type Store } from '@pareto/state';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createManualClock } from '@pareto/testkit';
import { block } from './block.js';
import { storeContract, type StoreHarness } from './store-contract.js';

async function createHarness(): Promise<StoreHarness> {
  const path = mkdtempSync(join(tmpdir(), 'pareto-store-'));
  const clock = createManualClock();
  let store: Store = await openEmbeddedStore(path, { clock });
  return {
    store: () => store,
    clock,
    async reopen() {
      await store[Symbol.asyncDispose]();
      store = await openEmbeddedStore(path, { clock });
    },
    passTime: (ms) => clock.advance(ms),
    passTimeUntil: (outcome, ms) => clock.advance(ms).then(() => outcome),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      rmSync(path, { recursive: true });
    },
  };
}

storeContract('embedded', createHarness);

describe('embedded store', () => {
  let path: string;
  const open = (keepRevisions?: number): Promise<Store> =>
    openEmbeddedStore(path, { clock: systemClock, ...(keepRevisions === undefined ? {} : { keepRevisions }) });
  const write = (store: Store, key: string, value = ''): ReturnType<Store['transact']> =>
    store.transact({ compares: [], operations: [{ kind: 'put', key, value }] });

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'pareto-store-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  it('can be opened again only after it was closed', async () => {
    const store = await open();
    await assert.rejects(open(), { code: 'failed-precondition', message: /open in another process/ });
    await store[Symbol.asyncDispose]();
    await (await open())[Symbol.asyncDispose]();
  });

  it('rejects a path that can not be a directory', async () => {
    writeFileSync(join(path, 'file'), '');
    path = join(path, 'file');
    await assert.rejects(open(), { code: 'failed-precondition', message: /not a directory/ });
    rmSync(path);
    path = join(path, '..');
  });

  it('rejects data of a newer schema version', async () => {
    const store = await open();
    await write(store, 'meta/schema', '99');
    await store[Symbol.asyncDispose]();
    await assert.rejects(open(), { code: 'failed-precondition', message: /schema version 99/ });
  });

  for (const older of ['1', '2']) {
    it(`opens data of schema version ${older} and raises the version`, async () => {
      const before = await open();
      await write(before, 'meta/schema', older);
      await write(before, 'k', 'kept');
      await before[Symbol.asyncDispose]();
      const store = await open();
      assert.equal((await store.get('k')).entry?.value, 'kept');
      assert.equal((await store.get('meta/schema')).entry?.value, '3');
      await store[Symbol.asyncDispose]();
    });
  }

  it('bounds its history without compact calls', async () => {
    const store = await open(10);
    for (let i = 0; i < 30; i += 1) await write(store, 'k', String(i));
    for await (const watched of store.watch('k', 1, new AbortController().signal)) {
      assert.equal(watched.kind, 'compacted');
    }
    await store[Symbol.asyncDispose]();
  });

  it('ends the leases of an earlier process', async () => {
    const store = await open();
    const lease = await store.grantLease(60_000);
    await store.transact({ compares: [], operations: [{ kind: 'put', key: 'k', value: '', lease: lease.id }] });
    await store[Symbol.asyncDispose]();
    const again = await open();
    assert.equal((await again.get('k')).entry, undefined);
    await again[Symbol.asyncDispose]();
  });

  it('keeps leadership while the event loop is blocked for longer than the lease', async () => {
    await using store = await open();
    const leadership = await createElection(store, { name: 'test', ttlMs: 1_000, clock: systemClock }).campaign(
      'one',
      new AbortController().signal,
    );
    block(2_500);
    assert.equal(leadership.isHeld(), true);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(leadership.lost.aborted, false);
    assert.equal((await store.get(leadership.fence.key)).entry?.value, 'one');
    await leadership.resign();
    assert.equal((await store.get(leadership.fence.key)).entry, undefined);
  });

  it('throws unavailable once closed', async () => {
    const store = await open();
    await store[Symbol.asyncDispose]();
    await assert.rejects(store.get('k'), { code: 'unavailable' });
    await assert.rejects(write(store, 'k'), { code: 'unavailable' });
  });
});
