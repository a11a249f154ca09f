// A cluster on one machine by `pareto up`, whose embedded store the current build takes over from the previous release.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemClock } from '@pareto/core';
import { openEmbeddedStore, type Store } from '@pareto/state';
import { createTempFolder, freePorts, waitFor, type Child, type TempFolder } from '@pareto/testkit';
import { createTestClient, type TestClient } from '../support/client.js';
import { readDigits, type Digits } from '../support/digits.js';
import { skipBecause } from '../support/skip.js';
import { progress } from './progress.js';
import { assertKept, registerAll, takeInventory, waitForPin, type Inventory } from './registrations.js';
import { current, previous, type Release } from './releases.js';
import { makeNewer, newerSchema, readSchema, refusalOfNewer } from './schema.js';

describe(`an upgrade of one machine from ${previous.version} to ${current.version}`, function () {
  this.timeout(900_000);
  let folder: TempFolder;
  let digits: Digits;
  let flags: readonly string[];
  let client: TestClient;
  let cluster: Child | undefined;
  let inventory: Inventory;
  let schema: number;
  before(async () => {
    folder = await createTempFolder();
    digits = await readDigits();
    const [controllerPort = 0, routerPort = 0, workerPort = 0] = await freePorts(3, 2);
    const ports = { 'controller-port': controllerPort, 'router-port': routerPort, 'worker-port': workerPort };
    flags = [
      ...['--data-dir', folder.path, '--workers', '1', '--http-port', 'off'],
      ...Object.entries(ports).flatMap(([flag, port]) => [`--${flag}`, String(port)]),
    ];
    const addressOf = (port: number): { readonly address: string } => ({ address: `127.0.0.1:${port}` });
    client = createTestClient({ controllers: [addressOf(controllerPort)], router: addressOf(routerPort) });
    await progress(`started a cluster of ${previous.version}`, () => start(previous));
    await progress('registered models', () => registerAll(client, digits, 'before'));
    inventory = await takeInventory(client, digits);
    await stop();
    schema = await schemaNow();
  });
  after(async () => {
    client[Symbol.dispose]();
    await cluster?.stop(20_000);
    await folder[Symbol.asyncDispose]();
  });

  async function start(release: Release): Promise<void> {
    const child = release.startCli('up', ...flags);
    cluster = child;
    await waitFor(
      'a worker to be connected, and the router to be ready',
      async () => {
        if (!child.running) return 'ended';
        const { workers } = await client.fleet.overview({}, { timeoutMs: 2_000 });
        const { ready } = await client.oip.serverReady({}, { timeoutMs: 2_000 });
        return ready && workers.some(({ connected }) => connected) ? 'up' : undefined;
      },
      60_000,
    ).then((state) => assert.equal(state, 'up', child.output));
  }

  async function stop(): Promise<void> {
    assert.deepEqual(await cluster?.stop(30_000), { code: 0, signal: null }, cluster?.output);
  }

  const openStore = (): Promise<Store> =>
    openEmbeddedStore(join(folder.path, 'controller/store'), { clock: systemClock });

  async function schemaNow(): Promise<number> {
    await using store = await openStore();
    return await readSchema(store);
  }

  it('keeps everything that was registered before', async () => {
    await progress(`started a cluster of ${current.version}`, () => start(current));
    assertKept(inventory, await takeInventory(client, digits));
    await waitForPin(client, digits, 'before');
  });

  it('accepts registrations', () => registerAll(client, digits, 'afterwards'));

  it('can be taken back while the schema version is the same', async function () {
    await stop();
    if ((await schemaNow()) !== schema) return skipBecause(this, newerSchema);
    await progress(`started a cluster of ${previous.version} again`, () => start(previous));
    assertKept(inventory, await takeInventory(client, digits));
    await waitForPin(client, digits, 'before');
    await registerAll(client, digits, 'taken-back');
  });

  it('makes the previous release refuse to start once the store is newer', async () => {
    if (cluster?.running === true) await stop();
    const store = await openStore();
    const newer = await makeNewer(store, schema);
    await store[Symbol.asyncDispose]();
    const child = previous.startCli('up', ...flags);
    cluster = child;
    assert.notEqual((await child.exited).code, 0);
    assert.match(child.output, refusalOfNewer(newer));
  });
});
