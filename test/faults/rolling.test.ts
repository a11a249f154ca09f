// Every service stopped and started again, one by one, as an upgrade does.

import assert from 'node:assert/strict';
import { noneFailed } from '../support/accounts.js';
import { lengths } from '../support/length.js';
import { waitForQueries } from '../support/service-process.js';
import { sleep, useWorld, type World } from './world.js';

describe('a rolling restart', function () {
  this.timeout(300_000);
  let world: World;
  before(async function () {
    world = await useWorld(this);
  });
  beforeEach(() => world.mend());

  // Of controllers, routers and workers gently; of etcd's nodes by kill -9.
  it('of every service: no query fails', async () => {
    const { controllers, routers, workers } = world.cluster;
    const load = world.load();
    await sleep(lengths.settleMs);
    for (const service of [...controllers, ...routers, ...workers]) {
      assert.equal(await service.stop(), 0, `${service.name}: ${service.child.output.slice(-1_000)}`);
      await service.start();
      await world.mend();
      if (routers.includes(service)) await waitForQueries(service);
    }
    for (const node of world.etcd.nodes) {
      await node.kill();
      node.start();
      await node.ready();
      await world.leader();
    }
    await sleep(lengths.settleMs);
    noneFailed('rolling restart', await load.stop());
  });
});
