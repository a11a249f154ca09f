// etcd killed and restarted, in whole or in part: acknowledged writes are kept, and watches miss no event.

import assert from 'node:assert/strict';
import { writeSync } from 'node:fs';
import { ParetoError } from '@pareto/core';
import type { Store } from '@pareto/state';
import { startEtcd, waitFor, type Etcd } from '@pareto/testkit';
import { after, before, describe, it } from 'mocha';
import { needEtcd, openOn, pause, put, watchAll, write, type Notice } from './fixture.js';

interface Writers extends AsyncDisposable {
  readonly acknowledged: readonly string[];
  readonly failures: readonly unknown[];
  stop(): Promise<void>;
}

/** Starts eight writers, each with its own keys, that continue after any failure. */
function startWriters(store: Store): Writers {
  const acknowledged: string[] = [];
  const failures: unknown[] = [];
  let stopped = false;
  const run = async (writer: number): Promise<void> => {
    for (let i = 0; !stopped; i += 1) {
      const key = `w/${writer}/${i}`;
      await write(store, put(key)).then(
        () => acknowledged.push(key),
        (error: unknown) => failures.push(error),
      );
      await pause(25);
    }
  };
  const running = Array.from({ length: 8 }, (_, writer) => run(writer));
  const stop = async (): Promise<void> => {
    stopped = true;
    await Promise.all(running);
  };
  return { acknowledged, failures, stop, [Symbol.asyncDispose]: stop };
}

const report = (text: string): unknown => writeSync(1, `      ${text}\n`);

interface Fixture {
  readonly store: Store;
  readonly writers: Writers;
}

/** Writes and watches during `act`. Then asserts that every acknowledged write is stored and was seen once. */
async function survive(etcd: Etcd, act: (fixture: Fixture) => Promise<void>): Promise<void> {
  const notices: Notice[] = [];
  await using store = await openOn(etcd, {}, notices);
  const { epoch } = store;
  await using watching = watchAll(store, 'w/', 1);
  await using writers = startWriters(store);
  await waitFor('writes', () => writers.acknowledged.length > 100 || undefined);
  await act({ store, writers });
  const before = writers.acknowledged.length;
  await waitFor('writes again', () => writers.acknowledged.length > before + 100 || undefined, 20_000);
  await writers.stop();
  const { entries } = await store.range('w/');
  const stored = new Set(entries.map((entry) => entry.key));
  assert.deepEqual(
    writers.acknowledged.filter((key) => !stored.has(key)),
    [],
  );
  await waitFor('all events', () => watching.keys.length >= stored.size || undefined);
  assert.deepEqual([watching.keys.length, new Set(watching.keys), watching.end], [stored.size, stored, undefined]);
  assert.equal(store.epoch, epoch);
  for (const error of writers.failures) {
    assert.ok(error instanceof ParetoError && error.code === 'unavailable', String(error));
    assert.match(error.message, /nothing was written|it is not known whether this was written/);
  }
}

describe('etcd after a kill', function () {
  this.timeout(60_000);
  before(async function () {
    await needEtcd(this, '3.4');
    await needEtcd(this, '3.6');
  });

  for (const { version, downMs } of [
    { version: '3.4', downMs: 0 },
    { version: '3.6', downMs: 700 },
  ] as const) {
    it(`keeps every acknowledged write, and the watch, across a restart of etcd ${version} within ${downMs} ms`, async () => {
      await using etcd = await startEtcd({ version });
      await survive(etcd, async () => {
        await etcd.kill();
        await pause(downMs);
        await etcd.start();
      });
    });
  }

  for (const version of ['3.4', '3.6'] as const) {
    describe(`etcd ${version} with three members`, () => {
      let etcd: Etcd;
      before(async () => {
        etcd = await startEtcd({ version, nodes: 3 });
      });
      after(() => etcd[Symbol.asyncDispose]());

      it('continues to write when the leader is killed', () =>
        survive(etcd, async ({ writers }) => {
          const leader = await etcd.leader();
          const killedAt = performance.now();
          await leader.kill();
          const before = writers.acknowledged.length;
          await waitFor('a write', () => writers.acknowledged.length > before + 8 || undefined, 20_000);
          report(`written again ${Math.round(performance.now() - killedAt)} ms after the leader was killed`);
          await etcd.start();
        }));

      it('fails in about 3 s while more than half of the members are down', async () => {
        await using store = await openOn(etcd);
        await write(store, put('a'));
        for (const node of etcd.nodes.slice(1)) await node.kill();
        await assert.rejects(store.get('a'), {
          code: 'unavailable',
          message: /has no leader|did not respond|can't be reached/,
        });
        await assert.rejects(write(store, put('a')), { code: 'unavailable', message: /written/ });
        await etcd.start();
        await waitFor('a write', () => write(store, put('a')));
      });
    });
  }
});
