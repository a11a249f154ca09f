// etcd wiped or restored from a snapshot while stores are open.

import assert from 'node:assert/strict';
import type { Store } from '@pareto/state';
import { createElection } from '@pareto/state';
import { systemClock } from '@pareto/core';
import { startEtcd, waitFor, type Etcd, type EtcdVersion } from '@pareto/testkit';
import { before, describe, it } from 'mocha';
import { freshPrefix, needEtcd, openOn, pause, put, watchAll, write, type Notice } from './fixture.js';

interface Fixture {
  readonly etcd: Etcd;
  readonly one: Store;
  readonly two: Store;
  readonly notices: readonly Notice[];
}

async function withTwoStores(version: EtcdVersion, test: (fixture: Fixture) => Promise<void>): Promise<void> {
  await using etcd = await startEtcd({ version });
  const prefix = freshPrefix();
  const notices: Notice[] = [];
  await using one = await openOn(etcd, { prefix }, notices);
  await using two = await openOn(etcd, { prefix });
  await test({ etcd, one, two, notices });
}

const restoredNotice = 'wiped or restored';

describe('a store with another history', function () {
  this.timeout(60_000);
  before(async function () {
    await needEtcd(this, '3.4');
    await needEtcd(this, '3.6');
  });

  for (const version of ['3.4', '3.6'] as const) {
    it(`ends every watch after a restore from a snapshot (etcd ${version}), with the same new epoch`, () =>
      withTwoStores(version, async ({ etcd, one, two, notices }) => {
        const from = await write(one, put('kept', '1'));
        const snapshot = await etcd.snapshot();
        for (let i = 0; i < 20; i += 1) await write(one, put('lost', String(i)));
        const { epoch } = one;
        const all = [one, one, two].map((store) => watchAll(store, '', from));
        await waitFor('the watches', () => all.every(({ keys }) => keys.length === 21) || undefined);
        await etcd.wipe(snapshot);
        const ends = await waitFor('all to be told', () =>
          all.every(({ end }) => end) ? all.map(({ end }) => end) : undefined,
        );
        assert.ok(ends.every((end) => end?.kind === 'restored'));
        assert.notEqual(one.epoch, epoch);
        assert.equal(two.epoch, one.epoch);
        assert.equal(notices.filter(({ message }) => message.includes(restoredNotice)).length, 1);
        const { entries, revision } = await two.range('');
        assert.deepEqual(
          entries.map(({ key }) => key),
          ['kept', 'meta/declared', 'meta/epoch', 'meta/schema'],
        );
        await using again = watchAll(two, '', revision + 1);
        const at = await write(one, put('new'));
        assert.ok(at < from + 20, 'revisions went back');
        await waitFor('the next event', () => again.keys.length === 1 || undefined);
      }));

    it(`gets a new epoch after etcd ${version} is wiped`, () =>
      withTwoStores(version, async ({ etcd, one, two }) => {
        const { epoch } = one;
        const from = await write(one, put('a'));
        await using watching = watchAll(one, '', from);
        await waitFor('the event', () => watching.keys.length === 1 || undefined);
        await etcd.wipe();
        await waitFor('the end', () => watching.end);
        assert.deepEqual(
          (await two.range('')).entries.map(({ key }) => key),
          ['meta/declared', 'meta/epoch', 'meta/schema'],
        );
        assert.equal(one.epoch, two.epoch);
        assert.notEqual(one.epoch, epoch);
      }));
  }

  it('is detected by a read and by a write, without a watch', () =>
    withTwoStores('3.4', async ({ etcd, one, two }) => {
      const { epoch } = one;
      await write(one, put('a'));
      await two.get('a');
      await etcd.wipe();
      assert.equal((await one.get('a')).entry, undefined);
      assert.notEqual(one.epoch, epoch);
      await assert.rejects(write(two, put('a')), {
        code: 'aborted',
        message: /wiped or restored, and nothing was written/,
      });
      assert.equal(two.epoch, one.epoch);
      await write(two, put('a'));
    }));

  it('ends a watch that waits for a revision of an earlier history', () =>
    withTwoStores('3.4', async ({ etcd, one, two }) => {
      for (let i = 0; i < 20; i += 1) await write(one, put('a', String(i)));
      const { revision } = await one.range('');
      await etcd.wipe();
      await two.get('a');
      await one.get('a');
      await using watching = watchAll(one, '', revision + 1);
      assert.equal((await waitFor('the end', () => watching.end)).kind, 'restored');
      await using early = watchAll(one, '', 1);
      assert.equal((await waitFor('the end', () => early.end)).kind, 'restored');
    }));

  it('is detected by the raft term if others have written beyond the known revision', () =>
    withTwoStores('3.6', async ({ etcd, one }) => {
      await write(one, put('a', '1'));
      const snapshot = await etcd.snapshot();
      await etcd.kill();
      await etcd.start(); // starts another raft term
      const { epoch } = one;
      const { revision } = await waitFor('a read', () => one.get('a'));
      await etcd.wipe(snapshot);
      const asOthers = { key: Buffer.from('other').toString('base64') };
      for (let i = 0; i < revision; i += 1) await etcd.nodes[0]?.gateway.call('kv/put', asOthers);
      assert.ok((await waitFor('a read', () => one.get('a'))).revision > revision);
      assert.notEqual(one.epoch, epoch);
    }));

  it('is not detected after a mere restart or writes of other clusters', () =>
    withTwoStores('3.4', async ({ etcd, one, two, notices }) => {
      const { epoch } = one;
      await using watching = watchAll(one, '', 1);
      await using stranger = await openOn(etcd);
      for (let round = 0; round < 2; round += 1) {
        await etcd.kill();
        await etcd.start();
        for (let i = 0; i < 20; i += 1) await write(stranger, put('x', String(i)));
        await write(two, put('a', String(round)));
      }
      await waitFor('all events', () => watching.keys.length === 4 || undefined);
      assert.deepEqual([one.epoch, two.epoch, watching.end], [epoch, epoch, undefined]);
      assert.ok(notices.every(({ message }) => !message.includes(restoredNotice)));
    }));

  it('elects a leader that can write, with or without candidates in the snapshot', () =>
    withTwoStores('3.4', async ({ etcd, one, two }) => {
      const elect = (store: Store) => createElection(store, { name: 'test', ttlMs: 3_000, clock: systemClock });
      const [first, second] = [elect(one), elect(two)];
      const stop = new AbortController();
      const before = await etcd.snapshot();
      const leads = await first.campaign('one', stop.signal);
      const waiting = second.campaign('two', stop.signal);
      await waitFor('both candidates', async () => (await one.range('election/')).entries.length === 2 || undefined);
      const with2 = await etcd.snapshot();
      await etcd.wipe(with2);
      await pause(1_000);
      await leads.resign();
      const next = await waiting;
      await etcd.wipe(before);
      await waitFor('the lost lease', () => next.lost.aborted || undefined);
      await next.resign();
      const last = await second.campaign('two', stop.signal);
      assert.equal(await first.leader(), 'two');
      const written = await two.transact({
        compares: [{ kind: 'leader', fence: last.fence }],
        operations: [put('plan')],
      });
      assert.equal(written.kind, 'committed');
      await last.resign();
    }));
});
