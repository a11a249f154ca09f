// Failed calls to etcd: retries on another member, and errors that tell what to do.

import assert from 'node:assert/strict';
import type { Store } from '@pareto/state';
import { createTcpProxy, startEtcd, waitFor, type Etcd, type TcpProxy } from '@pareto/testkit';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { freshPrefix, needEtcd, openOn, put, watchAll, write, type Notice } from './fixture.js';

describe('calls to etcd', function () {
  this.timeout(30_000);
  let etcd: Etcd;
  let proxy: TcpProxy;
  let direct: string;
  before(async function () {
    await needEtcd(this, '3.4');
    etcd = await startEtcd({ version: '3.4' });
    direct = etcd.endpoints[0] ?? '';
  });
  after(() => etcd[Symbol.asyncDispose]());
  beforeEach(async () => {
    proxy = await createTcpProxy({ to: direct });
  });
  afterEach(() => proxy[Symbol.asyncDispose]());

  const versionOf = async (store: Store, key: string): Promise<number | undefined> => {
    const { entry } = await store.get(key);
    return entry && entry.modRevision - entry.createRevision;
  };

  it('reads from another member when one is stalled or down', async () => {
    await using store = await openOn({ endpoints: [proxy.address, direct] });
    await write(store, put('a', '1'));
    proxy.stall('down');
    assert.equal((await store.get('a')).entry?.value, '1');
    proxy.heal();
    proxy.cut();
    for (let i = 0; i < 3; i += 1) assert.equal((await store.range('')).entries[0]?.value, '1');
  });

  it('writes to another member if the first can not have received the write', async () => {
    await using store = await openOn({ endpoints: [proxy.address, direct] });
    await write(store, put('a', '1'));
    proxy.cut();
    await write(store, put('a', '2')).catch(() => write(store, put('a', '2'))); // The first write may fail because of the cut.
    await using late = await openOn({ endpoints: [proxy.address, direct] });
    await write(late, put('b'));
  });

  it('does not repeat a write that may have happened', async () => {
    const prefix = freshPrefix();
    await using store = await openOn({ endpoints: [proxy.address, direct] }, { prefix });
    await write(store, put('a', '1'));
    proxy.stall('down');
    await assert.rejects(write(store, put('a', '2')), {
      code: 'unavailable',
      message: /not known whether this was written/,
    });
    const { entry } = await store.get('a');
    assert.equal(entry?.value, '2');
    assert.equal(await versionOf(store, 'a'), 1);
  });

  it('reports that nothing was written if that is certain', async () => {
    await using store = await openOn({ endpoints: [proxy.address] });
    await write(store, put('a', '1'));
    proxy.cut();
    await assert.rejects(write(store, put('a')), { code: 'unavailable' });
    await assert.rejects(write(store, put('a')), {
      code: 'unavailable',
      message: /can't be reached.*; nothing was written/,
    });
    await assert.rejects(store.get('a'), { code: 'unavailable', message: /can't be reached/ });
    proxy.heal();
    await waitFor('a write', () => write(store, put('a', '2')));
  });

  it('waits while all members are unresponsive, and reports for how long', async () => {
    const notices: Notice[] = [];
    const prefix = freshPrefix();
    await using writer = await openOn(etcd, { prefix });
    await using store = await openOn({ endpoints: [proxy.address] }, { prefix }, notices);
    await using watching = watchAll(store, 'w/', (await writer.range('')).revision + 1);
    await waitFor('the stream', () => proxy.connections > 1 || undefined);
    proxy.stall('both');
    await write(writer, put('w/1'));
    await waitFor(
      'the notice',
      () => notices.find(({ message }) => message === 'watch of the store interrupted'),
      15_000,
    );
    assert.ok(store.ageMs > 3_000);
    assert.deepEqual(watching.keys, []);
    proxy.heal();
    await waitFor('the event', () => watching.keys.length === 1 || undefined);
    await waitFor('the notice', () => notices.find(({ message }) => message === 'watch of the store resumed'));
    await waitFor('a response of the store', () => store.ageMs < 1_500 || undefined);
  });

  it('opens new connections after a silent loss of the current ones', async () => {
    await using store = await openOn({ endpoints: [proxy.address] });
    await using watching = watchAll(store, 'w/', 1);
    const lease = await store.grantLease(10_000);
    assert.equal(await lease.keepAlive(), true);
    await write(store, put('w/1'));
    await waitFor('the event', () => watching.keys.length === 1 || undefined);
    proxy.freezeConnections();
    await waitFor('a sign of life of the lease', async () => (await lease.keepAlive()) || undefined);
    await waitFor('a write', () => write(store, put('w/2')));
    await waitFor('the next event', () => watching.keys.length === 2 || undefined);
  });

  it('separates clusters that share an etcd', async () => {
    await using one = await openOn(etcd, { prefix: '/pareto/a/' });
    await using two = await openOn(etcd, { prefix: '/pareto/a/b/' });
    await using three = await openOn(etcd, { prefix: '/pareto/ab/' });
    const from = (await one.range('')).revision + 1;
    await using watching = watchAll(one, '', from);
    for (const store of [two, three]) await write(store, put('x', '2'));
    await write(one, put('x', '1'));
    const nothing = await one.transact({ compares: [], operations: [{ kind: 'delete', key: 'y' }] });
    for (const store of [three]) await write(store, { kind: 'delete-prefix', prefix: '' });
    await waitFor('its own event', () => watching.keys.includes('x') || undefined);
    assert.deepEqual(
      (await two.range('')).entries.map(({ key }) => key),
      ['meta/epoch', 'meta/schema', 'x'],
    );
    assert.equal(nothing.revision, (await one.get('x')).entry?.modRevision, 'a revision that its own watch has seen');
    assert.equal(new Set([one.epoch, two.epoch, three.epoch]).size, 3);
  });

  it('lists more than one page at one revision', async () => {
    await using store = await openOn(etcd);
    const names = Array.from({ length: 2_500 }, (_, i) => `k/${String(i).padStart(4, '0')}`);
    for (let i = 0; i < names.length; i += 128) await write(store, ...names.slice(i, i + 128).map((name) => put(name)));
    const { entries } = await store.range('k/');
    assert.deepEqual(
      entries.map(({ key }) => key),
      names,
    );
  });

  it('bypass the proxy of the environment', async () => {
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = 'http://127.0.0.1:9';
    try {
      await using store = await openOn(etcd);
      await write(store, put('k'));
    } finally {
      if (before === undefined) delete process.env['http_proxy'];
      else process.env['http_proxy'] = before;
    }
  });

  it('accepts a transaction at the limits', async () => {
    await using store = await openOn(etcd);
    const compares = Array.from({ length: 127 }, (_, i) => ({ kind: 'absent', key: `k${i}` }) as const);
    const operations = Array.from({ length: 128 }, (_, i) => put(`k${i}`, 'x'.repeat(8_000)));
    assert.equal((await store.transact({ compares, operations })).kind, 'committed');
    const again = await store.transact({ compares, operations });
    assert.ok(again.kind === 'conflict' && again.failed.length === 127);
  });

  it('explains a full etcd, and still reads, also from a new store', async () => {
    await using small = await startEtcd({ version: '3.6', args: ['--quota-backend-bytes=2000000'] });
    const prefix = freshPrefix();
    await using store = await openOn(small, { prefix });
    const fill = async (): Promise<void> => {
      for (let i = 0; i < 100; i += 1) await write(store, put(`k${i}`, 'x'.repeat(500_000)));
    };
    await assert.rejects(fill(), { code: 'resource-exhausted', message: /no space left.*nothing was written/ });
    assert.ok((await store.range('')).entries.length > 2);
    await using again = await openOn(small, { prefix });
    assert.equal(again.epoch, store.epoch);
  });

  it('rejects invalid members and prefixes', async () => {
    await assert.rejects(openOn({ endpoints: ['http://localhost:1'] }), {
      code: 'invalid-argument',
      message: /host:port/,
    });
    await assert.rejects(openOn(etcd, { prefix: 'pareto' }), { code: 'invalid-argument', message: /ends with/ });
  });
});
