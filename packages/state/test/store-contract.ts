// The contract of stores: one test suite for every store. A harness creates an empty store.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createElection, type Store, type Watched, type WatchEvent } from '@pareto/state';
import type { Clock } from '@pareto/core';

export interface StoreHarness extends AsyncDisposable {
  /** Current store. Another object after `reopen`. */
  store(): Store;
  readonly clock: Clock;
  /** Closes the store and opens it again over the same data. */
  reopen(): Promise<void>;
  /** Advances the clock of the store's leases, which may be a manual clock or the real one. */
  passTime(ms: number): Promise<void>;
  /** Advances the clock until the condition holds, at most for the given time. */
  passTimeUntil<T>(outcome: Promise<T>, ms: number): Promise<T>;
}

const put = (key: string, value: string, lease?: string) => ({ kind: 'put', key, value, lease }) as const;
const never = new AbortController().signal;

export function storeContract(name: string, create: () => Promise<StoreHarness>): void {
  describe(`store contract: ${name}`, () => {
    let harness: StoreHarness;
    const store = (): Store => harness.store();
    const write = async (key: string, value: string, lease?: string): Promise<number> =>
      (await store().transact({ compares: [], operations: [put(key, value, lease)] })).revision;
    const valueOf = async (key: string): Promise<string | undefined> => (await store().get(key)).entry?.value;

    beforeEach(async () => {
      harness = await create();
    });
    afterEach(() => harness[Symbol.asyncDispose]());

    describe('reads and transactions', () => {
      it('reads a written value with its create and modification revisions', async () => {
        const created = await write('a', '1');
        const changed = await write('a', '2');
        const { entry, revision } = await store().get('a');
        assert.equal(revision, changed);
        assert.deepEqual(
          { ...entry, lease: entry?.lease },
          { key: 'a', value: '2', createRevision: created, modRevision: changed, lease: undefined },
        );
        assert.equal(await valueOf('b'), undefined);
      });

      it('lists only the keys under a prefix, sorted', async () => {
        for (const key of ['p/b', 'p/a', 'q', 'p', 'p/a/c', 'p0']) await write(key, key);
        const { entries } = await store().range('p/');
        assert.deepEqual(
          entries.map((entry) => entry.key),
          ['p/a', 'p/a/c', 'p/b'],
        );
      });

      it('commits all operations at one revision, or none', async () => {
        await write('x', '1');
        const conflict = await store().transact({
          compares: [{ kind: 'absent', key: 'x' }],
          operations: [put('y', '1'), put('z', '1')],
        });
        assert.equal(conflict.kind, 'conflict');
        assert.equal(await valueOf('y'), undefined);
        const done = await store().transact({
          compares: [{ kind: 'absent', key: 'y' }],
          operations: [put('y', '1'), put('z', '1'), { kind: 'delete', key: 'x' }],
        });
        const { entries } = await store().range('');
        const written = entries.filter(({ key }) => key === 'y' || key === 'z').map((entry) => entry.modRevision);
        assert.deepEqual(
          [done.kind, written, await valueOf('x')],
          ['committed', [done.revision, done.revision], undefined],
        );
      });

      it('returns the failed compares', async () => {
        const at = await write('x', '1');
        const compares = [
          { kind: 'revision', key: 'x', modRevision: at },
          { kind: 'revision', key: 'x', modRevision: at + 1 },
          { kind: 'absent', key: 'x' },
        ] as const;
        const result = await store().transact({ compares, operations: [put('x', '2')] });
        assert.deepEqual(result, { kind: 'conflict', revision: at, failed: compares.slice(1) });
      });

      it('lets exactly one of many concurrent compare-and-swaps win', async () => {
        const modRevision = await write('n', '0');
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            store().transact({
              compares: [{ kind: 'revision', key: 'n', modRevision }],
              operations: [put('n', String(i))],
            }),
          ),
        );
        assert.equal(results.filter((result) => result.kind === 'committed').length, 1);
      });

      it('deletes a prefix, and creates no revision if nothing changes', async () => {
        for (const key of ['d/1', 'd/2', 'e']) await write(key, '');
        const deleted = await store().transact({ compares: [], operations: [{ kind: 'delete-prefix', prefix: 'd/' }] });
        assert.deepEqual((await store().range('d/')).entries, []);
        assert.equal(await valueOf('e'), '');
        const again = await store().transact({ compares: [], operations: [{ kind: 'delete-prefix', prefix: 'd/' }] });
        assert.deepEqual(again, { kind: 'committed', revision: deleted.revision });
      });

      it('assigns a new create revision to a key that is created again', async () => {
        const first = await write('k', '1');
        await store().transact({ compares: [], operations: [{ kind: 'delete', key: 'k' }] });
        const second = await write('k', '2');
        assert.ok(second > first);
        assert.equal((await store().get('k')).entry?.createRevision, second);
      });

      it('keeps values of any text and size within the limits', async () => {
        const value = 'ü\n"\u{1f600}'.repeat(50_000);
        await write('big', value);
        assert.equal(await valueOf('big'), value);
      });

      it('rejects transactions beyond the limits of any store', async () => {
        const refused = [
          [put('', '')],
          [put('white space', '')],
          [put('x', ''), put('x', '')],
          [put('p/x', ''), { kind: 'delete-prefix', prefix: 'p/' } as const],
          [{ kind: 'delete-prefix', prefix: 'p/' } as const, put('p/x', '')],
          [put('x', 'x'.repeat(2 ** 20))],
          Array.from({ length: 129 }, (_, i) => put(`k${i}`, '')),
        ];
        for (const operations of refused) {
          await assert.rejects(store().transact({ compares: [], operations }), { code: 'invalid-argument' });
        }
      });
    });

    describe('watch', () => {
      it('yields every past and future event under a prefix from a revision on, in order', async () => {
        const from = await write('w/a', '1');
        await write('other', '1');
        const watching = collect(store(), 'w/', from, 4);
        await write('w/a', '2');
        await store().transact({ compares: [], operations: [put('w/b', '1'), { kind: 'delete', key: 'w/a' }] });
        assert.deepEqual((await watching).map(describeEvent), ['w/a=1', 'w/a=2', 'w/b=1', '-w/a']);
      });

      it('never splits a revision, and resumes after the last one without loss', async () => {
        const start = (await store().get('x')).revision + 1;
        for (let i = 0; i < 30; i += 1) {
          await store().transact({ compares: [], operations: [put('s/a', String(i)), put('s/b', String(i))] });
        }
        const seen: string[] = [];
        let from = start;
        while (seen.length < 60) {
          for await (const watched of store().watch('s/', from, never)) {
            assert.ok(watched.kind === 'events' && watched.events.length % 2 === 0);
            seen.push(...watched.events.map(describeEvent));
            from = watched.revision + 1;
            break;
          }
        }
        assert.equal(new Set(seen).size, 60);
      });

      it('ends a watch from before a compaction with compacted', async () => {
        const from = await write('c', '0');
        for (let i = 1; i <= 5; i += 1) await write('c', String(i));
        const { revision } = await store().get('c');
        await store().compact(revision - 1);
        assert.equal((await first(store().watch('c', from, never)))?.kind, 'compacted');
        assert.deepEqual((await collect(store(), 'c', revision, 1)).map(describeEvent), ['c=5']);
        assert.equal(await valueOf('c'), '5');
      });

      it('ends when its signal aborts and when the store closes', async () => {
        const abort = new AbortController();
        const next = (await write('other', '1')) + 1;
        const aborted = first(store().watch('x', next, abort.signal));
        const closed = first(store().watch('x', next, never));
        abort.abort();
        assert.equal(await aborted, undefined);
        await harness.reopen();
        assert.equal(await closed, undefined);
      });
    });

    describe('leases', () => {
      it('deletes the keys of an expired lease, visible in watches', async () => {
        const lease = await store().grantLease(3_000);
        const at = await write('l/a', '1', lease.id);
        await write('l/b', '1');
        await harness.passTime(1_000);
        assert.equal(await valueOf('l/a'), '1');
        const gone = await harness.passTimeUntil(collect(store(), 'l/', at + 1, 2), 4_000);
        assert.deepEqual(gone.map(describeEvent), ['l/b=1', '-l/a']);
        assert.equal(await valueOf('l/b'), '1');
        assert.equal(await lease.keepAlive(), false);
        await assert.rejects(write('l/c', '1', lease.id), { code: 'not-found' });
      });

      it('keeps the keys of a lease that is kept alive', async () => {
        const lease = await store().grantLease(3_000);
        await write('l/a', '1', lease.id);
        for (let i = 0; i < 4; i += 1) {
          await harness.passTime(1_000);
          assert.equal(await lease.keepAlive(), true);
        }
        assert.equal(await valueOf('l/a'), '1');
      });

      it('keeps a lease by itself until it is stopped', async () => {
        const lease = await store().grantLease(2_000);
        await write('l/a', '1', lease.id);
        const kept = lease.keep({ maxBlockedMs: 30_000 });
        for (let i = 0; i < 4; i += 1) await harness.passTime(1_000);
        assert.equal(await lease.keepAlive(), true);
        assert.deepEqual([kept.isHeld(), kept.lost.aborted, await valueOf('l/a')], [true, false, '1']);
        const at = (await store().get('l/a')).revision;
        kept.stop();
        await harness.passTimeUntil(collect(store(), 'l/', at + 1, 1), 4_000);
        assert.deepEqual([kept.isHeld(), kept.lost.aborted, await valueOf('l/a')], [false, false, undefined]);
      });

      it('deletes the keys of a revoked lease immediately, but not keys written without it', async () => {
        const lease = await store().grantLease(60_000);
        await write('l/a', '1', lease.id);
        await write('l/b', '1', lease.id);
        await write('l/b', '2');
        await lease.revoke();
        assert.deepEqual([await valueOf('l/a'), await valueOf('l/b')], [undefined, '2']);
      });
    });

    describe('election', () => {
      const elect = () => createElection(store(), { name: 'test', ttlMs: 2_000, clock: harness.clock });

      it('has one leader at a time, and elects the next one on resignation', async () => {
        const one = await elect().campaign('one', never);
        assert.equal(await elect().leader(), 'one');
        let led = false;
        const waiting = elect()
          .campaign('two', never)
          .then((leadership) => {
            led = true;
            return leadership;
          });
        await harness.passTime(200);
        assert.equal(led, false);
        await one.resign();
        const two = await waiting;
        assert.equal(await elect().leader(), 'two');
        assert.notDeepEqual(two.fence, one.fence);
        await two.resign();
        assert.equal(await elect().leader(), undefined);
      });

      it('fences the writes of a deposed leader', async () => {
        const one = await elect().campaign('one', never);
        const fenced = (fence: typeof one.fence, value: string) =>
          store().transact({ compares: [{ kind: 'leader', fence }], operations: [put('plan', value)] });
        assert.equal((await fenced(one.fence, '1')).kind, 'committed');
        await store().transact({ compares: [], operations: [{ kind: 'delete', key: one.fence.key }] });
        const two = await elect().campaign('two', never);
        const refused = await fenced(one.fence, '1 again');
        assert.ok(refused.kind === 'conflict' && refused.failed[0]?.kind === 'leader');
        assert.equal((await fenced(two.fence, '2')).kind, 'committed');
        await one.resign();
        await two.resign();
      });

      it('keeps a live leader, and signals the loss of its lease', async () => {
        const one = await elect().campaign('one', never);
        for (let i = 0; i < 4; i += 1) await harness.passTime(700);
        assert.equal(one.lost.aborted, false);
        const lost = new Promise((resolve) => one.lost.addEventListener('abort', resolve));
        await harness.reopen();
        await harness.passTimeUntil(lost, 2_700);
      });

      it('stops a candidacy when the signal aborts', async () => {
        const one = await elect().campaign('one', never);
        const abort = new AbortController();
        const waiting = elect().campaign('two', abort.signal);
        await harness.passTime(50);
        abort.abort(new Error('enough'));
        await assert.rejects(waiting, { message: 'enough' });
        await one.resign();
        assert.equal(await elect().leader(), undefined);
      });
    });

    it('keeps data, revisions and epoch across closing and opening', async () => {
      const at = await write('kept', '1');
      const { epoch } = store();
      await harness.reopen();
      const { entry } = await store().get('kept');
      assert.deepEqual([entry?.value, entry?.modRevision, store().epoch], ['1', at, epoch]);
      assert.ok((await write('kept', '2')) > at);
    });
  });
}

async function first(watch: AsyncIterable<Watched>): Promise<Watched | undefined> {
  for await (const watched of watch) return watched;
  return undefined;
}

async function collect(store: Store, prefix: string, from: number, count: number): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const watched of store.watch(prefix, from, never)) {
    assert.ok(watched.kind === 'events');
    events.push(...watched.events);
    if (events.length >= count) break;
  }
  return events;
}

const describeEvent = (event: WatchEvent): string =>
  event.kind === 'put' ? `${event.entry.key}=${event.entry.value}` : `-${event.key}`;
