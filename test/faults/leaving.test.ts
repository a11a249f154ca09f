// Services that are stopped as planned: they are not ready first, while they still answer, and leave afterwards.

import assert from 'node:assert/strict';
import { noneFailed } from '../support/accounts.js';
import { startDigits, type DigitsCluster } from '../support/digits.js';
import { lengths } from '../support/length.js';
import { rightPayloads, startLoad } from '../support/load.js';
import { createReadyBalancer } from '../support/ready-balancer.js';
import { waitForQueries } from '../support/service-process.js';
import { sleep } from './fixture.js';

/** Longer than the interval of the balancer's checks. */
const lameDuck = ['--lame-duck-ms', '1500'];

describe('a client with one connection, through a TCP balancer that follows /readyz', function () {
  this.timeout(180_000);
  let started: DigitsCluster;
  before(async () => {
    started = await startDigits({ routers: 2, workers: 2, routerArgs: lameDuck, workerArgs: lameDuck }, ['mlp-small']);
  });
  after(() => started[Symbol.asyncDispose]());

  it('has no failed query when every router and worker restarts', async () => {
    const { client, digits, cluster } = started;
    await using balancer = await createReadyBalancer(cluster.routers);
    const payloads = await rightPayloads(client, digits, 'digits');
    const load = startLoad([balancer.address], { payloads, ratePerSecond: 40 });
    await sleep(lengths.settleMs);
    for (const service of [...cluster.routers, ...cluster.workers, ...cluster.routers]) {
      assert.equal(await service.stop(), 0, service.child.output.slice(-1_000));
      await service.start();
      await sleep(lengths.settleMs);
    }
    noneFailed('restarts behind a balancer', await load.stop());
  });
});
