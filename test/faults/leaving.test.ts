// A worker that is stopped as planned: its absence does not count as a failure.

import assert from 'node:assert/strict';
import { waitFor } from '@pareto/testkit';
import { startCluster, type Cluster } from '../support/cluster.js';
import { pareto, startPareto } from '../support/pareto.js';
import { sleep } from './fixture.js';

describe('a worker that is stopped as planned', function () {
  this.timeout(180_000);
  let cluster: Cluster;
  before(async () => {
    cluster = await startCluster({ workers: 2 });
  });
  after(() => cluster[Symbol.asyncDispose]());

  it('is no failure of the cluster, unless it was killed, until it is forgotten', async () => {
    const { controller, router, workers } = cluster;
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
