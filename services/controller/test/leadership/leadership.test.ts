// Leadership: when a term begins and ends, also with a delayed watch and with an etcd that other clients write to.

import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { leaderOf } from '@pareto/rpc';
import { createElection, openEmbeddedStore, openEtcdStore, type Store } from '@pareto/state';
import { createTempFolder, missingEtcd, startEtcd, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createLeader } from '../../src/leadership/leadership.js';
import { createMirror } from '../../src/storage/mirror.js';
import { logger, metrics, startCandidate, waitToLead } from '../support/candidate.js';

const put = (key: string, value: string) => ({ kind: 'put', key, value }) as const;

/** Wraps a store so that the mirrors' watch can be delayed. */
function holdBack(store: Store): { readonly store: Store; hold(): void; release(): void } {
  let released = Promise.resolve();
  let release = (): void => undefined;
  async function* watch(...args: Parameters<Store['watch']>): ReturnType<Store['watch']> & AsyncGenerator {
    for await (const watched of store.watch(...args)) {
      if (args[0] === '') await released;
      yield watched;
    }
  }
  return {
    store: { ...store, watch },
    hold() {
      released = new Promise((resolve) => (release = resolve));
    },
    release: () => release(),
  };
}

describe('leadership', () => {
  let folder: TempFolder;
  let store: Store;
  beforeEach(async () => {
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('begins only after the mirror shows all writes of the previous leader', async () => {
    const first = await startCandidate(store, 'one:1');
    await waitToLead(first);
    const slow = holdBack(store);
    await using second = await startCandidate(slow.store, 'two:1');
    await waitFor('two candidates', () => second.mirror.records.candidates.size === 2 || undefined);
    let changes = 0;
    second.leader.onChange(() => (changes += 1));
    slow.hold();
    assert.equal(await first.leader.write([], [put('name/default/last', '{}')]), true);
    await first[Symbol.asyncDispose]();
    const elected = async (): Promise<boolean> => (await store.range('election/')).entries.length === 1;
    await waitFor('the second to be elected', async () => (await elected()) || undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual([changes, second.leader.term], [0, undefined]);
    slow.release();
    await waitToLead(second);
    assert.ok(second.mirror.records.names.has('name/default/last'));
  });

  it('rejects writes with an empty leader address while no controller leads', async () => {
    const stop = new AbortController();
    const mirror = createMirror({ store, clock: systemClock, logger });
    await mirror.start(stop.signal);
    const election = createElection(store, { name: 'controller', ttlMs: 3_000, clock: systemClock });
    const leader = createLeader({ store, mirror, election, clock: systemClock, logger, metrics });
    assert.throws(() => leader.require(), { code: 'unavailable', details: { 'pareto-leader': '' } });
    await assert.rejects(leader.write([], []), (error) => leaderOf(error) === '');
    stop.abort();
  });

  it('ends when the candidacy is deleted, and a new term begins', async () => {
    await using one = await startCandidate(store, 'one:1');
    await waitToLead(one);
    const { term } = one.leader;
    const [candidate] = (await store.range('election/')).entries;
    await store.transact({ compares: [], operations: [{ kind: 'delete', key: candidate?.key ?? '' }] });
    await waitFor('another term', () => (one.leader.term === term ? undefined : one.leader.term));
    assert.equal(term?.lost.aborted, true);
    assert.equal(await one.leader.write([], [put('name/default/again', '{}')]), true);
  });

  it('begins in an etcd that other clients write to continuously', async function () {
    this.timeout(600_000); // The first run on a machine builds etcd.
    const skipReason = await missingEtcd('3.6');
    if (skipReason !== undefined) {
      Object.assign(this.test ?? {}, { skipReason });
      this.skip();
    }
    await using etcd = await startEtcd({ version: '3.6' });
    const open = (prefix: string): Promise<Store> =>
      openEtcdStore({ endpoints: etcd.endpoints, prefix, clock: systemClock, onNotice: () => undefined });
    await using others = await open('/others/');
    let stopped = false;
    const write = async (key: string): Promise<void> => {
      for (let i = 0; !stopped; i += 1) await others.transact({ compares: [], operations: [put(key, String(i))] });
    };
    const writing = Promise.all(['a', 'b', 'c', 'd'].map(write));
    await using own = await open('/own/');
    await using one = await startCandidate(own, 'one:1');
    try {
      await waitToLead(one);
      assert.equal(await one.leader.write([], [put('name/default/own', '{}')]), true);
    } finally {
      stopped = true;
      await writing;
    }
  });
});
