// The watch over interrupted and stalled connections and compactions: no event is lost or repeated.

import assert from 'node:assert/strict';
import type { Store } from '@pareto/state';
import { createTcpProxy, startEtcd, waitFor, type Etcd, type TcpProxy } from '@pareto/testkit';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { freshPrefix, needEtcd, openOn, pause, put, watchAll, write } from './fixture.js';

const count = 4_000;
const key = (i: number): string => `w/${String(i).padStart(5, '0')}`;
const expected = Array.from({ length: count }, (_, i) => key(i));

/** Writes keys in order, one revision each. Returns the first revision. */
async function writeMany(store: Store): Promise<number> {
  const value = 'x'.repeat(1_000);
  const first = await write(store, put(key(0), value));
  for (let from = 1; from < count; from += 50) {
    // A connection keeps the order of requests.
    const batch = expected.slice(from, from + 50);
    await Promise.all(batch.map((name) => write(store, put(name, value))));
  }
  return first;
}

const sorted = (keys: readonly string[]): readonly string[] => keys.toSorted();

for (const version of ['3.4', '3.6'] as const) {
  describe(`the watch on etcd ${version}`, function () {
    this.timeout(60_000);
    let etcd: Etcd;
    let proxy: TcpProxy;
    /** Store with a direct connection to etcd. */
    let writer: Store;
    let prefix: string;
    before(async function () {
      await needEtcd(this, version);
      etcd = await startEtcd({ version });
    });
    after(() => etcd[Symbol.asyncDispose]());
    beforeEach(async () => {
      proxy = await createTcpProxy({ to: etcd.endpoints[0] ?? '' });
      prefix = freshPrefix();
      writer = await openOn(etcd, { prefix });
    });
    afterEach(async () => {
      await writer[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    });
    const openThrough = (...endpoints: readonly string[]): Promise<Store> => openOn({ endpoints }, { prefix });

    it('catches up on thousands of events over a connection that is cut repeatedly', async () => {
      const from = await writeMany(writer);
      await using store = await openThrough(proxy.address);
      await using watching = watchAll(store, 'w/', from);
      let cuts = 0;
      for (let seen = 0; seen < count; seen = watching.keys.length) {
        const bytes = proxy.bytes.down;
        await waitFor(
          'more to come',
          () => proxy.bytes.down > bytes + 300_000 || watching.keys.length >= count || undefined,
        );
        proxy.cut();
        cuts += 1;
        proxy.heal();
      }
      assert.deepEqual([sorted(watching.keys), watching.end], [expected, undefined]);
      assert.ok(cuts > 3, `cut ${cuts} times`);
    });

    it('ends with compacted after a long interruption, and continues from a new list', async () => {
      await using store = await openThrough(proxy.address);
      const from = (await writer.range('')).revision + 1;
      await using watching = watchAll(store, 'w/', from);
      await write(writer, put('w/1'));
      await waitFor('the first event', () => watching.keys.length === 1 || undefined);
      proxy.cut();
      for (let i = 2; i < 10; i += 1) await write(writer, put(`w/${i}`));
      await writer.compact(await write(writer, { kind: 'delete', key: 'w/1' }));
      proxy.heal();
      const end = await waitFor('the end', () => watching.end);
      assert.deepEqual([end.kind, watching.keys], ['compacted', ['w/1']]);
      const listed = await store.range('w/');
      assert.equal(listed.entries.length, 8);
      await using again = watchAll(store, 'w/', listed.revision + 1);
      await write(writer, put('w/again'));
      await waitFor('the next event', () => again.keys.length === 1 || undefined);
    });

    it('does not miss a deletion at the compacted revision itself', async () => {
      await write(writer, put('w/1'));
      const deletedAt = await write(writer, { kind: 'delete', key: 'w/1' });
      await write(writer, put('w/2'));
      await writer.compact(deletedAt);
      await using watching = watchAll(writer, 'w/', deletedAt);
      await waitFor('both events', () => watching.keys.length === 2 || undefined);
      assert.deepEqual(watching.keys, ['-w/1', 'w/2']);
    });

    it('switches to another member when the connection stalls', async () => {
      await using store = await openThrough(proxy.address, etcd.endpoints[0] ?? '');
      await using watching = watchAll(store, 'w/', (await writer.range('')).revision + 1);
      await write(writer, put('w/1'));
      await waitFor('the first event', () => watching.keys.length === 1 || undefined);
      await pause(2_000);
      await waitFor('a progress message for the idle store', () => store.ageMs < 1_500 || undefined);
      proxy.stall('down');
      await write(writer, put('w/2'));
      await waitFor('the second event', () => watching.keys.length === 2 || undefined);
    });

    // What is buffered depends on the client, so one version is enough.
    if (version === '3.6')
      it('buffers nothing for a slow reader', async () => {
        const value = 'x'.repeat(16_000);
        const from = (await writer.range('')).revision + 1;
        for (let i = 0; i < count; i += 50) {
          await write(writer, ...expected.slice(i, i + 50).map((name) => put(name, value)));
        }
        await using store = await openThrough(proxy.address);
        let goOn = (): void => undefined;
        const reading = new Promise<void>((resolve) => (goOn = resolve));
        await using watching = watchAll(store, 'w/', from, () => reading);
        await waitFor('the first events', () => watching.keys.length > 0 || undefined);
        await pause(2_000);
        const { down } = proxy.bytes;
        const early = watching.keys.length;
        goOn();
        assert.ok(early < count / 4, `${early} of ${count} events were read`);
        assert.ok(down < count * 16_000 * 0.75, `${down} bytes came over`);
        await waitFor('the rest', () => watching.keys.length === count || undefined);
        assert.deepEqual(watching.keys, expected);
      });

    it('yields a revision of many large values as a whole', async () => {
      const operations = Array.from({ length: 100 }, (_, i) => put(key(i), 'x'.repeat(10_000)));
      const revision = await write(writer, ...operations);
      for (let i = 0; i < 5; i += 1) await write(writer, ...operations);
      const parts: number[] = [];
      for await (const watched of writer.watch('w/', revision, new AbortController().signal)) {
        assert.ok(watched.kind === 'events');
        parts.push(watched.events.length);
        if (parts.reduce((sum, part) => sum + part, 0) >= 600) break;
      }
      assert.ok(
        parts.every((part) => part % 100 === 0),
        String(parts),
      );
    });
  });
}
