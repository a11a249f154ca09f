// Nodes, each a router and a worker in one process. Both end together, and other nodes answer meanwhile.

import assert from 'node:assert/strict';
import { waitFor } from '@pareto/testkit';
import { noneFailed } from '../support/accounts.js';
import { startDigits, type DigitsCluster } from '../support/digits.js';
import { lengths, ratePerSecond } from '../support/length.js';
import { rightPayloads, startLoad, type Load } from '../support/load.js';
import { createReadyBalancer } from '../support/ready-balancer.js';
import { waitForQueries, type ServiceProcess } from '../support/service-process.js';
import { sleep } from './fixture.js';

const model = 'mlp-small';

describe('a node', function () {
  this.timeout(120_000);
  let started: DigitsCluster;
  let payloads: Awaited<ReturnType<typeof rightPayloads>>;
  before(async () => {
    const routerArgs = ['--lame-duck-ms', '1000'];
    started = await startDigits({ routers: 2, workers: 2, nodes: 2, routerArgs, fewSamples: true }, [model]);
    payloads = await rightPayloads(started.client, started.digits, 'digits');
  });
  after(() => started[Symbol.asyncDispose]());
  beforeEach(untilAllServe);

  /** Waits until each router can call a replica of each worker. */
  async function untilAllServe(): Promise<void> {
    await waitFor(
      'both replicas',
      async () => {
        const metrics = await Promise.all(started.cluster.routers.map((router) => router.metrics()));
        return metrics.every((each) => each.value('pareto_callable_replicas') === 2) || undefined;
      },
      30_000,
    );
  }
  const load = (routers: readonly Pick<ServiceProcess, 'address'>[], rate = ratePerSecond): Load =>
    startLoad(
      routers.map(({ address }) => address),
      { payloads, ratePerSecond: rate },
    );
  const answersOf = async (worker: ServiceProcess): Promise<number> =>
    (await worker.metrics()).value('pareto_worker_requests_total');

  it('answers the queries that it receives', async () => {
    const { routers, workers } = started.cluster;
    const [router = assert.fail()] = routers;
    const before = await Promise.all(workers.map(answersOf));
    const sent = load([router], 60);
    await sleep(lengths.settleMs);
    const report = await sent.stop();
    noneFailed('queries of one node', report);
    const after = await Promise.all(workers.map(answersOf));
    const [own = 0, others = 0] = after.map((count, index) => count - (before[index] ?? 0));
    assert.equal(own + others, report.sent);
    assert.ok(own > others, `${own} of its own worker, ${others} of the other one`);
  });

  it('is killed: no query of another node fails', async () => {
    const [lost = assert.fail(), other = assert.fail()] = started.cluster.routers;
    const sent = load([other]);
    await sleep(lengths.settleMs);
    await lost.kill();
    await sleep(lengths.settleMs);
    noneFailed('node killed', await sent.stop());
    await lost.start();
  });

  it('gets SIGTERM: no query fails, of a client that balances and of one behind a TCP balancer', async () => {
    const { routers } = started.cluster;
    await using balancer = await createReadyBalancer(routers);
    const loads = [load(routers), load([balancer])];
    await sleep(lengths.settleMs);
    for (const router of routers) {
      assert.equal(await router.stop(), 0, router.child.output.slice(-1_000));
      await router.start();
      await untilAllServe();
      await waitForQueries(router);
    }
    const [balanced, behind] = await Promise.all(loads.map((each) => each.stop()));
    noneFailed('nodes restarted', balanced ?? assert.fail());
    noneFailed('nodes restarted behind a balancer', behind ?? assert.fail());
  });

  it('is stopped (SIGSTOP): no query of another node fails', async () => {
    const { routers, workers } = started.cluster;
    const [paused = assert.fail(), other = assert.fail()] = routers;
    const sent = load([other]);
    await sleep(lengths.settleMs);
    paused.pause();
    await sleep(lengths.pausedMs);
    paused.resume();
    noneFailed('node stopped (SIGSTOP)', await sent.stop());
    assert.ok((await answersOf(workers[1] ?? assert.fail())) > 0);
  });
});
