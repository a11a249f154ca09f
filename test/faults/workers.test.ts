// A worker that is killed, stopped, or cut off in one direction, during queries.

import assert from 'node:assert/strict';
import { noneFailed } from '../support/accounts.js';
import { found } from '../support/findings.js';
import { lengths } from '../support/length.js';
import { isolateWorker, type WorkerLinks } from '../support/links.js';
import type { ServiceProcess } from '../support/service-process.js';
import { watchTable } from '../support/table-watch.js';
import { linkedWorker, sleep, timeUntil, useFixture, type Fixture } from './fixture.js';

describe('a fault of a worker', function () {
  this.timeout(240_000);
  let fixture: Fixture;
  before(async function () {
    fixture = await useFixture(this);
  });
  beforeEach(() => fixture.mend());

  it('it is killed: no query fails', async () => {
    const [worker = assert.fail()] = fixture.cluster.workers;
    await loseWorker(fixture, 'worker killed', worker, () => worker.child.kill('SIGKILL'));
  });

  it('it is stopped (SIGSTOP): no query fails', async () => {
    const [worker = assert.fail()] = fixture.cluster.workers;
    await loseWorker(fixture, 'worker stopped', worker, () => worker.pause());
  });

  describe('that reaches the leader through a proxy', () => {
    let worker: ServiceProcess;
    let links: WorkerLinks;
    before(async () => {
      await fixture.mend();
      worker = fixture.cluster.workers[linkedWorker] ?? assert.fail();
      links = await joinByLink(fixture, worker);
    });

    for (const loss of ['outgoing', 'incoming'] as const) {
      it(`its ${loss} messages are lost: no query fails`, () =>
        loseWorker(fixture, `worker cut off, ${loss} messages lost`, worker, () => isolateWorker(links, loss)));
    }
  });
});

/** Restarts the worker so that it reaches the leader through a proxy. Returns its links. */
async function joinByLink(fixture: Fixture, worker: ServiceProcess): Promise<WorkerLinks> {
  const { cluster } = fixture;
  const leader = await fixture.leader();
  const links = cluster.links?.workers.get(linkedWorker) ?? assert.fail();
  const { address } = links.controllers[cluster.controllers.indexOf(leader)] ?? assert.fail();
  await worker.stop();
  await worker.start(['--controllers', address]);
  return links;
}

/**
 * Waits until no router uses the worker. Asserts that no query is lost, and that at most those in flight are retried.
 */
async function loseWorker(fixture: Fixture, fault: string, worker: ServiceProcess, lose: () => void): Promise<void> {
  const { cluster } = fixture;
  const { routers } = cluster;
  using table = await watchTable(cluster, await fixture.leader());
  // Each router detects the loss by itself, and until then its queries to the worker wait.
  const loads = routers.map(({ address }) => fixture.load([address]));
  await sleep(2 * lengths.settleMs);
  const before = { retries: await sumOf(routers, 'pareto_retries_total'), callable: await callableOf(routers) };
  const carried = table.replicasOf(worker.name);
  assert.ok(carried > 0, `${worker.name} has no replicas`);
  for (const { caller } of loads) caller.resetPeak();

  const lostAt = performance.now();
  lose();
  const outOfUse = routers.map((router, index) =>
    timeUntil(`${router.name} to stop using the worker`, lostAt, async () => {
      const callable = (await router.metrics()).value('pareto_callable_replicas');
      return callable <= (before.callable[index] ?? 0) - carried;
    }),
  );
  const outOfTable = timeUntil('the worker to leave the table', lostAt, () => table.replicasOf(worker.name) === 0);
  const outOfUseMs = Math.max(...(await Promise.all(outOfUse)));
  const peak = loads.reduce((sum, { caller }) => sum + caller.peakInFlight, 0);
  const outOfTableMs = await outOfTable;
  await sleep(lengths.settleMs);
  const reports = await Promise.all(loads.map((load) => load.stop()));
  const retries = (await sumOf(routers, 'pareto_retries_total')) - before.retries;

  found({ name: `${fault}: out of use at every router`, value: outOfUseMs / 1000, unit: 's', reach: { atMost: 2 } });
  found({
    name: `${fault}: out of the controller's table`,
    value: outOfTableMs / 1000,
    unit: 's',
    reach: { atMost: 2 },
  });
  found({ name: `${fault}: in flight until then, at most`, value: peak, unit: '' });
  found({ name: `${fault}: retried`, value: retries, unit: '', reach: { atMost: peak } });
  for (const [i, report] of reports.entries()) noneFailed(`${fault}, ${routers[i]?.name}`, report);
  assert.ok(retries <= peak, `${retries} retries of at most ${peak} queries in flight`);
}

const valuesOf = async (services: readonly ServiceProcess[], metric: string): Promise<readonly number[]> =>
  Promise.all(services.map(async (service) => (await service.metrics()).value(metric)));

const sumOf = async (services: readonly ServiceProcess[], metric: string): Promise<number> =>
  (await valuesOf(services, metric)).reduce((sum, value) => sum + value, 0);

const callableOf = (routers: readonly ServiceProcess[]): Promise<readonly number[]> =>
  valuesOf(routers, 'pareto_callable_replicas');
