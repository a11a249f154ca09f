// Leadership on etcd while connections fail: an unreachable leader is deposed in time, and its later writes fail.

import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { createElection, type Election, type ElectionOptions, type Leadership, type Store } from '@pareto/state';
import { createTcpProxy, startEtcd, waitFor, type Etcd, type TcpProxy } from '@pareto/testkit';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { block } from '../block.js';
import { freshPrefix, needEtcd, openOn, pause, put } from './fixture.js';

const never = new AbortController().signal;
const elect = (store: Store, options: Partial<ElectionOptions> = {}): Election =>
  createElection(store, { name: 'test', ttlMs: 3_000, clock: systemClock, ...options });
const causeOf = ({ lost }: Leadership): string => (lost.reason as Error).message;

function writeAs(store: Store, { fence }: Leadership, value: string): ReturnType<Store['transact']> {
  return store.transact({ compares: [{ kind: 'leader', fence }], operations: [put('plan', value)] });
}

describe('leaders on etcd', function () {
  this.timeout(30_000);
  let etcd: Etcd;
  let proxy: TcpProxy;
  /** Candidates: `one` has a connection that fails, `two` does not. */
  let one: Store;
  let two: Store;
  before(async function () {
    await needEtcd(this, '3.6');
    etcd = await startEtcd({ version: '3.6' });
  });
  after(() => etcd[Symbol.asyncDispose]());
  beforeEach(async () => {
    proxy = await createTcpProxy({ to: etcd.endpoints[0] ?? '' });
    const prefix = freshPrefix();
    one = await openOn({ endpoints: [proxy.address] }, { prefix });
    two = await openOn(etcd, { prefix });
  });
  afterEach(async () => {
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  it('loses leadership before its key is deleted when its connection stalls, and the other leads', async () => {
    const first = await elect(one).campaign('one', never);
    const waiting = elect(two).campaign('two', never);
    await pause(1_500);
    proxy.stall('both');
    const order: string[] = [];
    first.lost.addEventListener('abort', () => order.push('lost'));
    const second = await waiting;
    order.push('led');
    assert.deepEqual(order, ['lost', 'led']);
    assert.equal((await two.get(first.fence.key)).entry, undefined);
    await second.resign();
  });

  it('keeps leadership across a short interruption of its connection', async () => {
    const first = await elect(one).campaign('one', never);
    for (let round = 0; round < 2; round += 1) {
      proxy.cut();
      await pause(1_000);
      proxy.heal();
      await pause(1_000);
    }
    assert.equal(first.lost.aborted, false);
    assert.equal((await writeAs(one, first, '1')).kind, 'committed');
    await first.resign();
  });

  it('keeps leadership while the event loop is blocked for longer than the lease', async () => {
    const first = await elect(two).campaign('two', never);
    block(6_000);
    assert.equal(first.isHeld(), true);
    await pause(500);
    assert.equal(first.lost.aborted, false);
    assert.equal((await writeAs(two, first, '1')).kind, 'committed');
    await first.resign();
  });

  it('loses leadership when the event loop is blocked for longer than allowed', async () => {
    const first = await elect(two, { maxBlockedMs: 1_000 }).campaign('two', never);
    block(6_000);
    assert.equal(first.isHeld(), false);
    assert.match(causeOf(first), /the event loop of this process was blocked for \d+ ms$/);
    const second = await elect(one).campaign('one', never);
    await first.resign();
    await second.resign();
  });

  it('loses leadership with the cause', async () => {
    const lose = async (store: Store, action: (leadership: Leadership) => unknown): Promise<string> => {
      const leadership = await elect(store).campaign('one', never);
      await action(leadership);
      await waitFor('the loss', () => leadership.lost.aborted || undefined);
      await leadership.resign();
      return causeOf(leadership);
    };
    const revoke = async ({ fence }: Leadership): Promise<unknown> =>
      etcd.nodes[0]?.gateway.call('lease/revoke', { ID: fence.key.split('/').at(-1) });
    assert.equal(await lose(two, revoke), 'the store has ended the lease');
    assert.match(
      await lose(one, () => proxy.stall('both')),
      /^the lease expired: the store was unreachable for \d+ ms$/,
    );
    assert.equal(await lose(two, () => two[Symbol.asyncDispose]()), 'the store was closed');
  });

  it('accepts the writes of only one of two presumed leaders', async () => {
    const first = await elect(one).campaign('one', never);
    assert.equal((await writeAs(one, first, 'one')).kind, 'committed');
    proxy.stall('up');
    const late = writeAs(one, first, 'one, late').catch((error: unknown) => error);
    const second = await elect(two).campaign('two', never);
    assert.equal((await writeAs(two, second, 'two')).kind, 'committed');
    assert.match(String(await late), /unavailable|did not respond in time/);
    proxy.heal();
    const refused = await writeAs(one, first, 'one, later');
    assert.ok(refused.kind === 'conflict' && refused.failed[0]?.kind === 'leader');
    assert.equal((await two.get('plan')).entry?.value, 'two');
    await second.resign();
  });

  it('hands over in the order of candidacy, and rejects a second candidacy', async () => {
    const elections = [elect(one), elect(two), elect(two)];
    const led: Leadership[] = [];
    for (const [i, election] of elections.entries()) {
      void election.campaign(String(i), never).then((leadership) => led.push(leadership));
      const standing = async (): Promise<boolean> => (await two.range('election/')).entries.length === i + 1;
      await waitFor('the candidate', async () => (await standing()) || undefined);
    }
    await assert.rejects(elections[0]?.campaign('again', never) ?? Promise.resolve(), { code: 'failed-precondition' });
    for (const i of elections.keys()) {
      const leadership = await waitFor('the next leader', () => led[i]);
      assert.deepEqual([led.length, await elections[0]?.leader()], [i + 1, String(i)]);
      await leadership.resign();
    }
    assert.equal(await elections[0]?.leader(), undefined);
  });

  it('reports an abort as such while etcd does not respond', async () => {
    proxy.stall('both');
    const abort = new AbortController();
    const campaign = elect(one).campaign('one', abort.signal);
    abort.abort(new Error('enough'));
    await assert.rejects(campaign, { message: 'enough' });
  });

  it('leaves no candidate behind that aborted while etcd was down', async () => {
    const abort = new AbortController();
    const first = await elect(two).campaign('two', never);
    const campaign = elect(one).campaign('one', abort.signal);
    await waitFor('both', async () => (await two.range('election/')).entries.length === 2 || undefined);
    proxy.stall('both');
    abort.abort(new Error('enough'));
    await assert.rejects(campaign, { message: 'enough' });
    await waitFor('the end of its lease', async () => (await two.range('election/')).entries.length === 1 || undefined);
    await first.resign();
  });
});
