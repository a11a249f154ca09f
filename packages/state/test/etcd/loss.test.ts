// A store that lost data is not used, and nothing is written to it, until it has its data again or a new epoch is declared.

import assert from 'node:assert/strict';
import type { StoreEvidence, StoreLoss, StoreVerdict } from '@pareto/core';
import { backupStore, restoreStore, type Store } from '@pareto/state';
import { createTempFolder, startEtcd, waitFor, type Etcd } from '@pareto/testkit';
import { before, describe, it } from 'mocha';
import { acceptAll, freshPrefix, needEtcd, openOn, pause, put, watchAll, write } from './fixture.js';

/** Holds a store that lost data, unless the operator wants it. */
function holdLosses(evidence: StoreEvidence): StoreVerdict {
  const { known, found, isDeclared, isOlder, intent } = evidence;
  if (known === undefined || intent !== undefined) return acceptAll(evidence);
  if (found === undefined) return { kind: 'hold', loss: 'emptied' };
  if (found !== known) return isDeclared ? { kind: 'follow' } : { kind: 'hold', loss: 'replaced' };
  return isOlder ? { kind: 'hold', loss: 'older' } : { kind: 'continue' };
}

interface Fixture {
  readonly etcd: Etcd;
  readonly prefix: string;
  readonly store: Store;
  readonly losses: readonly StoreLoss[];
}

async function withStore(test: (fixture: Fixture) => Promise<void>): Promise<void> {
  await using etcd = await startEtcd({ version: '3.6' });
  const prefix = freshPrefix();
  await using store = await openOn(etcd, { prefix, judge: holdLosses });
  const losses: StoreLoss[] = [];
  store.onLoss((loss) => losses.push(loss));
  await write(store, put('a', '1'));
  await test({ etcd, prefix, store, losses });
}

/** Returns the number of keys under a prefix, without the store. */
async function countKeys({ nodes }: Etcd, prefix: string): Promise<number> {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  const range = { key: encode(prefix), range_end: encode(`${prefix.slice(0, -1)}0`), count_only: true };
  const [answer] = (await nodes[0]?.gateway.call('kv/range', range)) ?? [];
  return Number(answer?.['count'] ?? 0);
}

const deleteAll = async ({ nodes }: Etcd, prefix: string): Promise<void> => {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  await nodes[0]?.gateway.call('kv/deleterange', { key: encode(prefix), range_end: encode(`${prefix.slice(0, -1)}0`) });
};

const isUnused = { code: 'unavailable', message: /the store (is empty|went back|is not the one).*nothing was written/ };

describe('a store that lost data', function () {
  this.timeout(60_000);
  before(async function () {
    await needEtcd(this, '3.6');
  });

  it('gets no key after etcd was wiped, and its watches stay open', () =>
    withStore(async ({ etcd, prefix, store, losses }) => {
      await using watching = watchAll(store, '', 1);
      await waitFor('the events', () => watching.keys.includes('a') || undefined);
      const { epoch } = store;
      await etcd.wipe();
      await waitFor('the loss', () => store.loss);
      await assert.rejects(store.get('a'), isUnused);
      await assert.rejects(write(store, put('b')), isUnused);
      await assert.rejects(store.grantLease(3_000), isUnused);
      assert.equal(await countKeys(etcd, prefix), 0);
      assert.deepEqual([losses, store.epoch, watching.end], [['emptied'], epoch, undefined]);
    }));

  it('passes on none of the deletions that emptied it', () =>
    withStore(async ({ etcd, prefix, store, losses }) => {
      await using watching = watchAll(store, '', 1);
      await waitFor('the events', () => watching.keys.includes('a') || undefined);
      await deleteAll(etcd, prefix);
      await waitFor('the loss', () => store.loss);
      await pause(500);
      assert.deepEqual([losses, watching.end], [['emptied'], undefined]);
      assert.ok(
        watching.keys.every((key) => !key.startsWith('-')),
        watching.keys.join(),
      );
      assert.equal(await countKeys(etcd, prefix), 0);
    }));

  it('is used again once etcd has its data again', () =>
    withStore(async ({ etcd, store, losses }) => {
      await using watching = watchAll(store, 'b', 1);
      const older = await etcd.snapshot();
      await write(store, put('b', '1'));
      const latest = await etcd.snapshot();
      await etcd.wipe(older);
      await waitFor('the loss', () => store.loss);
      await assert.rejects(write(store, put('c')), isUnused);
      await etcd.wipe(latest);
      await waitFor('the data', async () => (await store.get('b')).entry?.value);
      await write(store, put('b', '2'));
      await waitFor('the watch', () => watching.keys.length === 2 || undefined);
      assert.deepEqual([losses, store.loss, watching.end], [['older'], undefined, undefined]);
    }));

  it('is followed after a finished restore, not after the epoch of another process', () =>
    withStore(async ({ etcd, prefix, store, losses }) => {
      await using folder = await createTempFolder();
      await backupStore(store, folder.file('backup'));
      await using watching = watchAll(store, '', 1);
      await etcd.wipe();
      await waitFor('the loss', () => store.loss);
      await using other = await openOn(etcd, { prefix });
      await waitFor('another loss', () => store.loss === 'replaced' || undefined);
      assert.equal(watching.end, undefined);
      await restoreStore(other, folder.file('backup'));
      assert.equal((await waitFor('the end', () => watching.end)).kind, 'restored');
      assert.deepEqual([(await store.get('a')).entry?.value, store.epoch], ['1', other.epoch]);
      assert.deepEqual([losses, store.loss], [['emptied', 'replaced'], undefined]);
    }));

  it('is recognised by a process that was restarted', () =>
    withStore(async ({ etcd, prefix, store }) => {
      const { known } = store;
      assert.ok(known !== undefined);
      const restarted = { prefix, judge: holdLosses, known };
      await (await openOn(etcd, restarted))[Symbol.asyncDispose]();
      await etcd.wipe();
      await assert.rejects(openOn(etcd, restarted), isUnused);
      assert.equal(await countKeys(etcd, prefix), 0);
      await (await openOn(etcd, { judge: holdLosses }))[Symbol.asyncDispose](); // Another cluster in the same etcd.
      await using accepted = await openOn(etcd, { ...restarted, intent: 'accept' });
      await waitFor('the other process to follow', () => store.get('a'));
      assert.equal(store.epoch, accepted.epoch);
    }));
});
