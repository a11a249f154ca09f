// Backup to a file, and restore into an empty store.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParetoError, systemClock } from '@pareto/core';
import {
  backupStore,
  openEmbeddedStore,
  restoreStore,
  type Operation,
  type Store,
  type Transaction,
} from '@pareto/state';
import { afterEach, beforeEach, describe, it } from 'mocha';

describe('backup and restore', () => {
  let folder: string;
  let source: Store;
  let target: Store;
  let file: string;
  const open = (name: string): Promise<Store> => openEmbeddedStore(join(folder, name), { clock: systemClock });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pareto-backup-'));
    file = join(folder, 'backup');
    source = await open('source');
    target = await open('target');
    const operations = Array.from({ length: 300 }, (_, i): Operation => {
      return { kind: 'put', key: `k/${i}`, value: 'välue\n'.repeat(i) };
    });
    for (let i = 0; i < 300; i += 100)
      await source.transact({ compares: [], operations: operations.slice(i, i + 100) });
  });
  afterEach(async () => {
    await source[Symbol.asyncDispose]();
    await target[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const content = async (store: Store): Promise<unknown> =>
    (await store.range('k/')).entries.map(({ key, value }) => [key, value]);

  it('restores all keys except leased ones in a new epoch', async () => {
    const lease = await source.grantLease(60_000);
    await source.transact({ compares: [], operations: [{ kind: 'put', key: 'leased', value: '', lease: lease.id }] });
    assert.equal(await backupStore(source, file), 300);
    assert.deepEqual(await restoreStore(target, file), { kind: 'restored', entries: 300 });
    assert.deepEqual(await content(target), await content(source));
    assert.notEqual(target.epoch, source.epoch);
    assert.equal((await target.get('leased')).entry, undefined);
  });

  it('rejects a store that is not empty, a damaged file and a file that is not a backup', async () => {
    await backupStore(source, file);
    await target.transact({ compares: [], operations: [{ kind: 'put', key: 'k', value: '' }] });
    await assert.rejects(restoreStore(target, file), {
      code: 'failed-precondition',
      message: /only into an empty store/,
    });
    writeFileSync(file, readFileSync(file, 'utf8').replace('välue', 'value'));
    await assert.rejects(restoreStore(target, file), { code: 'invalid-argument', message: /damaged/ });
    await assert.rejects(restoreStore(target, `${file}-2`), { code: 'invalid-argument', message: /can't be read/ });
    writeFileSync(file, 'hello');
    await assert.rejects(restoreStore(target, file), { code: 'invalid-argument', message: /not a backup/ });
  });

  it('restores nothing if the store was filled from this backup, or the backup is of the store', async () => {
    await backupStore(source, file);
    await restoreStore(target, file);
    await target.transact({ compares: [], operations: [{ kind: 'put', key: 'k/1', value: 'newer' }] });
    assert.deepEqual(await restoreStore(target, file), { kind: 'restored-before' });
    assert.equal((await target.get('k/1')).entry?.value, 'newer');
    await backupStore(target, file);
    assert.deepEqual(await restoreStore(target, file), { kind: 'own' });
    await source.transact({ compares: [], operations: [{ kind: 'put', key: 'k/1', value: 'another' }] });
    await backupStore(source, file);
    await assert.rejects(restoreStore(target, file), { code: 'failed-precondition' });
  });

  it('replaces an earlier backup of the same store only', async () => {
    await backupStore(source, file);
    assert.equal(await backupStore(source, file), 300);
    assert.equal(await backupStore(target, file), 0);
    assert.equal(await backupStore(target, file), 0);
    assert.deepEqual(readdirSync(folder).sort(), ['backup', `backup.${source.epoch}`, 'source', 'target']);
    assert.equal((await restoreStore(target, `${file}.${source.epoch}`)).kind, 'restored');
  });

  it('leaves no file behind if a backup can not be written', async () => {
    mkdirSync(file);
    await assert.rejects(backupStore(source, file));
    assert.deepEqual(readdirSync(folder).sort(), ['backup', 'source', 'target']);
  });

  it('retries writes without a response, and lets none take effect after the restore', async () => {
    await backupStore(source, file);
    const late: Transaction[] = [];
    let calls = 0;
    const transact: Store['transact'] = async (transaction) => {
      const outcome = calls++ % 3;
      const result = outcome === 2 ? undefined : await target.transact(transaction);
      if (outcome === 1 && result !== undefined) return result;
      late.push(transaction);
      throw new ParetoError('unavailable', 'it is not known whether this was written');
    };
    assert.equal((await restoreStore({ ...target, transact }, file)).kind, 'restored');
    assert.deepEqual(await content(target), await content(source));
    await target.transact({ compares: [], operations: [{ kind: 'put', key: 'k/1', value: 'newer' }] });
    assert.ok(late.length > 3);
    for (const transaction of late) await target.transact(transaction);
    assert.equal((await target.get('k/1')).entry?.value, 'newer');
  });

  it('refuses to open a store with an interrupted restore', async () => {
    await target.transact({ compares: [], operations: [{ kind: 'put', key: 'meta/restoring', value: file }] });
    await target[Symbol.asyncDispose]();
    await assert.rejects(open('target'), { code: 'unavailable', message: /was interrupted/ });
  });
});
