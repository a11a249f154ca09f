import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import type { KnownHistory } from '@pareto/state';
import { createLogger } from '@pareto/telemetry';
import { createManualClock, createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { after, before, describe, it } from 'mocha';
import { knownStoreFile, readKnownStore, runKnownStore } from '../../src/storage/known-store.js';

describe('the file that names the store', () => {
  const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
  let folder: TempFolder;
  before(async () => (folder = await createTempFolder()));
  after(() => folder[Symbol.asyncDispose]());

  it('is one for each cluster', () => {
    const files = ['a', 'b'].map((cluster) => knownStoreFile({ dataDir: folder.path, cluster }));
    assert.equal(new Set(files).size, 2);
  });

  it('has the store that was used last, also when the folder is new', async () => {
    const file = knownStoreFile({ dataDir: folder.file('new/folder'), cluster: 'default' });
    assert.equal(await readKnownStore(file), undefined);
    const store: { known: KnownHistory | undefined } = { known: undefined };
    const clock = createManualClock();
    const stop = new AbortController();
    const running = runKnownStore({ store, file, clock, logger }, stop.signal);
    await clock.advance(5_000);
    assert.equal(await readKnownStore(file), undefined, 'nothing is known yet');
    store.known = { epoch: 'e', revision: 7 };
    await clock.advance(5_000);
    await waitFor('the file', () => readKnownStore(file));
    assert.deepEqual(await readKnownStore(file), { epoch: 'e', revision: 7 });
    store.known = { epoch: 'e', revision: 9 };
    stop.abort();
    await running;
    assert.deepEqual(await readKnownStore(file), { epoch: 'e', revision: 9 });
  });

  it('is rejected if it is damaged', async () => {
    const file = knownStoreFile({ dataDir: folder.path, cluster: 'damaged' });
    for (const text of ['', '{"epoch":1}', 'x']) {
      await writeFile(file, text);
      await assert.rejects(readKnownStore(file), { code: 'failed-precondition', message: /can't be read.*delete it/ });
      assert.equal(await readFile(file, 'utf8'), text);
    }
  });
});
