// Leadership: when a term begins and ends, also with a delayed watch and with an etcd that other clients write to.

import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { leaderOf } from '@pareto/rpc';
import { judgeStore } from '@pareto/policy';
import { createElection, openEmbeddedStore, openEtcdStore, type Store } from '@pareto/state';
import { createLogger, type Logger } from '@pareto/telemetry';
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

/** Wraps a store so that its leases can end before any signal or timer tells of it. */
function endSilently(store: Store): { readonly store: Store; readonly end: () => void } {
  let isEnded = false;
  const grantLease: Store['grantLease'] = async (ttlMs) => {
    const lease = await store.grantLease(ttlMs);
    const keep: typeof lease.keep = (options) => {
      const kept = lease.keep(options);
      return { ...kept, isHeld: () => !isEnded && kept.isHeld() };
    };
    return { ...lease, keep };
  };
  return { store: { ...store, grantLease }, end: () => void (isEnded = true) };
}

/** Creates a logger that collects the level and the reason of each loss of the leadership. */
function logLosses(): { readonly log: Logger; readonly losses: readonly (readonly [level: string, reason: string])[] } {
  const losses: (readonly [string, string])[] = [];
  const write = (line: string): void => {
    const { level, message, reason } = JSON.parse(line) as Readonly<Record<string, string>>;
    if (message === 'leadership lost') losses.push([level ?? '', reason ?? '']);
  };
  return { log: createLogger({ service: 'controller', level: 'info', format: 'json', write }), losses };
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

  it('writes nothing once its lease has ended, even if nothing has told of it yet', async () => {
    const leases = endSilently(store);
    await using one = await startCandidate(leases.store, 'one:1');
    await waitToLead(one);
    assert.equal(await one.leader.write([], [put('name/default/first', '{}')]), true);
    leases.end();
    await assert.rejects(one.leader.write([], [put('name/default/second', '{}')]), { code: 'unavailable' });
    assert.throws(() => one.leader.require(), { code: 'unavailable' });
    assert.equal(one.leader.term, undefined);
    assert.equal((await store.get('name/default/second')).entry, undefined);
  });

  it('warns of each loss with its cause, but not of a stop', async () => {
    const { log, losses } = logLosses();
    const slow = holdBack(store);
    const one = await startCandidate(slow.store, 'one:1', log);
    const lose = async (cause: () => unknown): Promise<void> => {
      const term = await waitToLead(one);
      await cause();
      await waitFor('another term', () => (one.leader.term === term ? undefined : one.leader.term));
    };
    const depose = async (): Promise<void> => {
      const [candidate] = (await store.range('election/')).entries;
      await store.transact({ compares: [], operations: [{ kind: 'delete', key: candidate?.key ?? '' }] });
    };
    await lose(depose);
    await lose(async () => {
      slow.hold();
      await depose();
      await assert.rejects(one.leader.write([], [put('name/default/late', '{}')]));
      slow.release();
    });
    await lose(() => one.leader.stepDown('the store was wiped or restored'));
    await one[Symbol.asyncDispose]();
    assert.deepEqual(losses, [
      ['warn', 'the candidacy of this controller is no longer in the store'],
      ['warn', 'the store has another leader'],
      ['warn', 'the store was wiped or restored'],
      ['info', 'This operation was aborted'],
    ]);
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
      openEtcdStore({
        endpoints: etcd.endpoints,
        prefix,
        clock: systemClock,
        judge: judgeStore,
        onNotice: () => undefined,
      });
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
