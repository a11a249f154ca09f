// A restart of every service, one by one, as in an upgrade.

import assert from 'node:assert/strict';
import { noneFailed } from '../support/accounts.js';
import { lengths } from '../support/length.js';
import { createReadyBalancer } from '../support/ready-balancer.js';
import { waitForQueries } from '../support/service-process.js';
import { sleep, useFixture, type Fixture } from './fixture.js';

describe('a rolling restart', function () {
  this.timeout(300_000);
  let fixture: Fixture;
  before(async function () {
    fixture = await useFixture(this);
  });
  beforeEach(() => fixture.mend());

  // Controllers, routers and workers get SIGTERM, etcd nodes SIGKILL.
  it('of every service fails no query, of a client that balances and of one behind a TCP balancer that follows /readyz', async () => {
    const { controllers, routers, workers } = fixture.cluster;
    await using balancer = await createReadyBalancer(routers);
    const [balanced, behind] = [fixture.load(), fixture.load([balancer.address])];
    await sleep(lengths.settleMs);
    for (const service of [...controllers, ...routers, ...workers]) {
      assert.equal(await service.stop(), 0, `${service.name}: ${service.child.output.slice(-1_000)}`);
      await service.start();
      await fixture.mend();
      if (routers.includes(service)) await waitForQueries(service);
    }
    for (const node of fixture.etcd.nodes) {
      await node.kill();
      node.start();
      await node.ready();
      await fixture.leader();
    }
    await sleep(lengths.settleMs);
    const reports = await Promise.all([balanced.stop(), behind.stop()]);
    noneFailed('rolling restart', reports[0]);
    noneFailed('rolling restart behind a balancer', reports[1]);
  });
});
