// Backups moved between kinds of stores, and concurrent restores.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '@pareto/core';
import { backupStore, openEmbeddedStore, restoreStore, type Store } from '@pareto/state';
import { createTempFolder, startEtcd, type Etcd, type TempFolder } from '@pareto/testkit';
import { after, before, describe, it } from 'mocha';
import { freshPrefix, needEtcd, openOn, put, write } from './fixture.js';

const content = async (store: Store): Promise<unknown> =>
  (await store.range('k/')).entries.map(({ key, value }) => [key, value]);

describe('backups of and for etcd', function () {
  this.timeout(30_000);
  let etcd: Etcd;
  let folder: TempFolder;
  before(async function () {
    await needEtcd(this, '3.6');
    etcd = await startEtcd({ version: '3.6' });
    folder = await createTempFolder();
  });
  after(async () => {
    await etcd[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('can be moved from the embedded store to etcd and back', async () => {
    await using embedded = await openEmbeddedStore(folder.file('one'), { clock: systemClock });
    const operations = Array.from({ length: 300 }, (_, i) => put(`k/${i}`, 'välue\n'.repeat(i)));
    for (let i = 0; i < 300; i += 100) await write(embedded, ...operations.slice(i, i + 100));
    await backupStore(embedded, folder.file('there'));
    await using onEtcd = await openOn(etcd);
    assert.deepEqual(await restoreStore(onEtcd, folder.file('there')), { kind: 'restored', entries: 300 });
    assert.deepEqual(await restoreStore(onEtcd, folder.file('there')), { kind: 'restored-before' });
    assert.deepEqual(await content(onEtcd), await content(embedded));
    await backupStore(onEtcd, folder.file('back'));
    await using again = await openEmbeddedStore(folder.file('two'), { clock: systemClock });
    assert.deepEqual(await restoreStore(again, folder.file('back')), { kind: 'restored', entries: 300 });
    assert.deepEqual(await content(again), await content(embedded));
    assert.equal(new Set([embedded.epoch, onEtcd.epoch, again.epoch]).size, 3);
  });

  it('are restored by only one of two concurrent restores', async () => {
    await using source = await openOn(etcd);
    for (let i = 0; i < 20; i += 1) await write(source, put(`k/${i}`, String(i)));
    await backupStore(source, folder.file('race'));
    const prefix = freshPrefix();
    await using one = await openOn(etcd, { prefix });
    await using two = await openOn(etcd, { prefix });
    const outcomes = await Promise.all(
      [one, two].map((store) => restoreStore(store, folder.file('race')).catch((error: unknown) => error)),
    );
    const others = outcomes.filter((outcome) => !isDeepStrictEqual(outcome, { kind: 'restored', entries: 20 }));
    assert.equal(others.length, 1);
    // The other one began during the restore, or after it.
    if (others[0] instanceof Error)
      assert.match(String(others[0]), /another restore into this store is in progress|only into an empty store/);
    else assert.deepEqual(others[0], { kind: 'restored-before' });
    assert.deepEqual(await content(one), await content(source));
    assert.equal((await two.get('meta/restoring')).entry, undefined);
  });

  it('do not open during a restore, or after an interrupted one', async () => {
    const prefix = freshPrefix();
    await using store = await openOn(etcd, { prefix });
    await write(store, put('meta/restoring', 'x'));
    await assert.rejects(openOn(etcd, { prefix }), {
      code: 'unavailable',
      message: /in progress or was interrupted/,
    });
  });
});
