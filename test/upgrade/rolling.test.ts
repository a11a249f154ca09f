// A cluster of the previous release, upgraded service by service under load, in both orders.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { noneFailed, noneLost } from '../support/accounts.js';
import { found } from '../support/findings.js';
import { refusalToStart, waitForQueries, type ServiceName, type ServiceProcess } from '../support/service-process.js';
import { startFleet, type Fleet } from './fleet.js';
import { skipBecause } from '../support/skip.js';
import { progress } from './progress.js';
import { assertKept, registerAll, takeInventory, waitForPin, type Inventory } from './registrations.js';
import { current, previous } from './releases.js';
import { makeNewer, newerSchema, readSchema, refusalOfNewer } from './schema.js';

const orders: readonly (readonly ServiceName[])[] = [
  ['controller', 'router', 'worker'],
  ['worker', 'router', 'controller'],
];
const settleMs = 3_000;

for (const order of orders) {
  const title = order.map((kind) => `${kind}s`).join(', ');
  describe(`a rolling upgrade from ${previous.version} to ${current.version}: ${title}`, function () {
    this.timeout(1_500_000);
    let fleet: Fleet;
    let inventory: Inventory;
    let schema: number;
    before(async () => {
      fleet = await progress(`started a cluster of ${previous.version}`, startFleet);
      const { client, digits } = fleet;
      await progress('registered models', () => registerAll(client, digits, 'before'));
      inventory = await takeInventory(client, digits);
      await using store = await fleet.openStore();
      schema = await readSchema(store);
      await fleet.settle();
    });
    after(() => fleet[Symbol.asyncDispose]());

    async function replace(service: ServiceProcess, release = current): Promise<void> {
      assert.equal(await service.stop(), 0, `${service.name}: ${service.child.output.slice(-1_000)}`);
      fleet.launch(service, release);
      await service.ready();
      await fleet.settle();
      if (service.service === 'router') await waitForQueries(service);
    }

    it('fails no query, and loses no registration and no count', async () => {
      const { client, digits, cluster } = fleet;
      const counted = await fleet.countQueries();
      const { report, registrar } = await fleet.underLoad(async () => {
        await sleep(settleMs);
        for (const kind of order) {
          for (const service of fleet.services(kind))
            await progress(`replaced ${service.name}`, () => replace(service));
          // Before the last kind is replaced, services of both releases work together on it.
          await progress('registered models', () => registerAll(client, digits, `after-${kind}s`));
        }
        await sleep(settleMs);
      });
      noneFailed(title, report);
      found({ name: `${title}: registrations refused`, value: registrar.refused.length, unit: '' });
      await noneLost(title, registrar, cluster.controllers);
      const added = (await fleet.countQueries()) - counted;
      assert.ok(added >= report.sent, `the statistics count ${added} of ${report.sent} queries`);
    });

    it('keeps everything that was registered before', async () => {
      const { client, digits } = fleet;
      assertKept(inventory, await takeInventory(client, digits));
      await waitForPin(client, digits, 'before');
    });

    it('accepts registrations', () => registerAll(fleet.client, fleet.digits, 'afterwards'));

    it('can be taken back in the reverse order while the schema version is the same', async function () {
      const { client, digits, cluster } = fleet;
      await using store = await fleet.openStore();
      if ((await readSchema(store)) !== schema) return skipBecause(this, newerSchema);
      const { report, registrar } = await fleet.underLoad(async () => {
        for (const kind of order.toReversed())
          for (const service of fleet.services(kind))
            await progress(`took back ${service.name}`, () => replace(service, previous));
      });
      noneFailed(`${title}: taken back`, report);
      await noneLost(`${title}: taken back`, registrar, cluster.controllers);
      assertKept(inventory, await takeInventory(client, digits));
    });

    it('makes the previous release refuse to start once the store is newer', async () => {
      const [controller = assert.fail()] = fleet.services('controller');
      await controller.stop();
      await using store = await fleet.openStore();
      const newer = await makeNewer(store, schema);
      fleet.launch(controller, previous);
      assert.match(await refusalToStart(controller.child), refusalOfNewer(newer));
    });
  });
}
