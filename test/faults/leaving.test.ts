// Services that are stopped as planned: they are not ready first, while they still answer, and their absence does not count as a failure.

import assert from 'node:assert/strict';
import { waitFor } from '@pareto/testkit';
import { noneFailed } from '../support/accounts.js';
import { startDigits, type DigitsCluster } from '../support/digits.js';
import { lengths } from '../support/length.js';
import { rightPayloads, startLoad } from '../support/load.js';
import { pareto, startPareto } from '../support/pareto.js';
import { createReadyBalancer } from '../support/ready-balancer.js';
import { sleep } from './fixture.js';

/** Longer than the interval of the balancer's checks. */
const lameDuck = ['--lame-duck-ms', '1500'];

describe('services that are stopped as planned', function () {
  this.timeout(180_000);
  let started: DigitsCluster;
  before(async () => {
    started = await startDigits({ routers: 2, workers: 2, routerArgs: lameDuck, workerArgs: lameDuck }, ['mlp-small']);
  });
  after(() => started[Symbol.asyncDispose]());

  it('fail no query of a client with one connection, through a TCP balancer that follows /readyz', async () => {
    const { client, digits, cluster } = started;
    await using balancer = await createReadyBalancer(cluster.routers);
    const payloads = await rightPayloads(client, digits, 'digits');
    const load = startLoad([balancer.address], { payloads, ratePerSecond: 40 });
    await sleep(lengths.settleMs);
    for (const service of [cluster.controller, ...cluster.routers, ...cluster.workers, ...cluster.routers]) {
      assert.equal(await service.stop(), 0, service.child.output.slice(-1_000));
      await service.start();
      await sleep(lengths.settleMs);
    }
    noneFailed('restarts behind a balancer', await load.stop());
  });

  it('fail no query of a client that balances over both routers', async () => {
    const { client, digits, cluster } = started;
    const payloads = await rightPayloads(client, digits, 'digits');
    const addresses = cluster.routers.map(({ address }) => address);
    const load = startLoad(addresses, { payloads, ratePerSecond: 40 });
    await sleep(lengths.settleMs);
    for (const service of [cluster.controller, ...cluster.routers, ...cluster.workers]) {
      assert.equal(await service.stop(), 0, service.child.output.slice(-1_000));
      await service.start();
      await sleep(lengths.settleMs);
    }
    noneFailed('restarts of a balanced client', await load.stop());
  });

  it('are no failure of the cluster, unless they were killed, until they are forgotten', async () => {
    const { controller, router, workers } = started.cluster;
    const [, stopped = assert.fail()] = workers;
    const at = ['--controller', controller.address, '--router', router.address];
    const gone = async (): Promise<number> => (await controller.metrics()).value('pareto_workers', { state: 'gone' });
    assert.equal(await stopped.stop(), 0);
    await pareto(...at, 'status');
    await sleep(3_000);
    await pareto(...at, 'status');
    assert.match(await pareto(...at, 'get', 'workers'), /worker-2 +stopped/);
    assert.equal(await gone(), 0);
    assert.doesNotMatch(await pareto(...at, 'events', 'worker-2', '--warnings'), /did not rejoin/);
    await stopped.start();
    await stopped.kill();
    await waitFor('the loss of the worker', async () => (await gone()) === 1 || undefined, 20_000);
    const status = startPareto(...at, 'status');
    assert.equal((await status.exited).code, 1);
    assert.match(status.output, /pareto forget worker-2/);
    await pareto(...at, 'forget', 'worker-2');
    await pareto(...at, 'status');
    assert.equal(await gone(), 0);
  });
});
