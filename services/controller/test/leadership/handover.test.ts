// Handover: a leader that stops while calls are still in flight.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { milliseconds } from '@pareto/core';
import { openEmbeddedStore, type Store } from '@pareto/state';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startRouter } from '../support/fake-router.js';
import { startWorker } from '../support/fake-worker.js';
import { clock, startController, type TestController } from '../support/start-controller.js';
import { digestOf, registerModel } from '../support/upload-model.js';

describe('a leader that stops with a call in flight', () => {
  let folder: TempFolder;
  let store: Store;
  let cleanUp: (() => unknown)[];

  const start = async (): Promise<TestController> => {
    const controller = await startController(folder.path, { drainTimeoutMs: 5_000 }, { store });
    cleanUp.push(() => controller[Symbol.asyncDispose]());
    return controller;
  };
  const worker = (at: TestController, id: string): void => void cleanUp.push(startWorker(at.address, { id }).leave);
  const assignments = async (): Promise<readonly string[]> =>
    (await store.range('assignment/')).entries.map(({ key }) => key);

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock });
  });
  afterEach(async () => {
    for (const clean of cleanUp.toReversed()) await clean();
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  /** Starts an upload and returns a function that ends it. */
  async function beginUpload({ blobs }: TestController): Promise<() => void> {
    const over = new AbortController();
    const data = Buffer.from('a part');
    const digest = digestOf(Buffer.from('a part of it all'));
    const uploaded = blobs.upload(
      (async function* () {
        yield { digest, sizeBytes: 16, offset: 0, data };
        await once(over.signal, 'abort');
      })(),
    );
    uploaded.catch(() => undefined);
    await waitFor('the part', async () => ((await blobs.stat({ digest })).receivedBytes > 0 ? true : undefined));
    return () => over.abort();
  }

  it('resigns before the call ends, and no worker expires', async () => {
    const leader = await start();
    const standby = await start();
    await leader.registry.registerTask({ name: 'squares', metric: 'top1' });
    for (const name of ['tiny', 'large']) await registerModel(leader, name);
    worker(leader, 'w1');
    worker(leader, 'w2');
    const table = startRouter(leader.address);
    cleanUp.push(table.leave);
    await waitFor('the required variants', () => (table.ready().length >= 4 ? true : undefined));
    await clock.sleep(milliseconds(2_000));
    const before = await assignments();
    assert.ok(before.length >= 4);

    const endUpload = await beginUpload(leader);
    cleanUp.push(endUpload);
    let isStopped = false;
    const stopped = leader.group.stop().then(() => (isStopped = true));
    await clock.sleep(milliseconds(1_500));
    assert.deepEqual(await assignments(), before);
    assert.ok((await store.range('load/')).entries.every(({ value }) => value.includes('"present":true')));
    await waitFor('the standby to lead', () =>
      standby.registry.registerTask({ name: 'another', metric: 'top1' }).then(
        () => true,
        () => undefined,
      ),
    );
    assert.equal(isStopped, false);
    endUpload();
    await stopped;
  });
});
