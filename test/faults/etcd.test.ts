// etcd without its leader, stopped, and restored, during queries and registrations.

import assert from 'node:assert/strict';
import { freePorts, waitFor } from '@pareto/testkit';
import { firstBegunAfter, noneFailed, noneLost } from '../support/accounts.js';
import { readDigitModel } from '../support/digits.js';
import { found } from '../support/findings.js';
import { lengths } from '../support/length.js';
import { startPareto } from '../support/pareto.js';
import { overviewOf } from '../support/overview.js';
import { listTasks, startRegistrar, type Registrar } from '../support/registrar.js';
import { createServiceProcess, probe, type ServiceProcess } from '../support/service-process.js';
import { servingReplicas, sleep, timeUntil, useFixture, type Fixture } from './fixture.js';

describe('a fault of etcd', function () {
  this.timeout(240_000);
  let fixture: Fixture;
  before(async function () {
    fixture = await useFixture(this);
  });
  beforeEach(() => fixture.mend());

  it('its leader is killed: writes continue', async () => {
    const load = fixture.load();
    const registrar = fixture.registrar('etcd-leader');
    await sleep(lengths.settleMs);
    const node = await fixture.etcd.leader();
    const killedAt = performance.now();
    await node.kill();
    await timeUntil('a registration', killedAt, () => firstBegunAfter(registrar, killedAt) < Infinity);
    await sleep(lengths.settleMs);
    await registrar.stop();
    const { address } = await fixture.leader();
    const lost = async (): Promise<readonly string[]> =>
      (await overviewOf({ address })).storeMembers
        .filter(({ problem }) => problem !== '')
        .map(({ problem }) => problem);
    await waitFor('the leader to report the lost member', async () => (await lost()).length === 1 || undefined, 15_000);
    const status = startPareto('status', '-o', 'json', '--controller', address);
    assert.equal((await status.exited).code, 1);
    assert.match(status.output, /is lost: etcd at/);
    await fixture.etcd.start();
    await waitFor('all members to be back', async () => (await lost()).length === 0 || undefined, 15_000);
    const seconds = (firstBegunAfter(registrar, killedAt) - killedAt) / 1000;
    found({ name: 'etcd leader killed: writes resume', value: seconds, unit: 's', reach: { atMost: 3 } });
    noneFailed('etcd leader killed', await load.stop());
    await noneLost('etcd leader killed', registrar, fixture.cluster.controllers);
  });

  it('all nodes are killed and restarted: queries continue, registrations are refused with a reason, the registry is complete', async () => {
    const { controllers, routers } = fixture.cluster;
    const load = fixture.load();
    const registrar = fixture.registrar('etcd-before');
    await sleep(lengths.settleMs);
    await registrar.stop();
    const tasks = await listTasks((await fixture.leader()).address);

    const goneAt = performance.now();
    await fixture.etcd.kill();
    // Registrations in progress at the stop may take long. Later ones are refused immediately.
    await sleep(4_000);
    const refused = controllers.map(({ address }, index) =>
      startRegistrar({ controllers: [address], prefix: `etcd-gone-${index}`, everyMs: 500 }),
    );
    await using late = await launchLate(fixture);
    await sleep(Math.max(3_000, lengths.etcdGoneMs - (performance.now() - goneAt)));
    for (const each of refused) await each.stop();
    await checkRefusals(refused);
    await checkStaleness(controllers, routers, (performance.now() - goneAt) / 1000);
    await late.check();

    const backAt = performance.now();
    await fixture.etcd.start();
    const after = fixture.registrar('etcd-after');
    const writtenMs = await timeUntil('a registration', backAt, () => after.acknowledged.length > 0);
    await sleep(lengths.settleMs);
    await after.stop();
    found({ name: 'etcd gone and back: writes resume', value: writtenMs / 1000, unit: 's' });
    noneFailed('etcd gone', await load.stop());
    await noneLost('etcd gone, acknowledged after', after, controllers);
    const lost = await Promise.all(controllers.map(async ({ address }) => missing(tasks, await listTasks(address))));
    found({ name: 'etcd gone: tasks before', value: tasks.size, unit: '' });
    found({
      name: 'etcd gone: tasks lost',
      value: Math.max(...lost.map(({ length }) => length)),
      unit: '',
      reach: { exactly: 0 },
    });
    assert.deepEqual(lost.flat(), []);
    await late.join();
  });

  it('all data is restored from a snapshot: controllers hold it until one accepts it, and unload no serving replica', async () => {
    const { client, cluster, etcd } = fixture;
    const load = fixture.load();
    const snapshot = await etcd.snapshot();
    await client.registerTask('unknown-to-the-snapshot');
    await client.registerModel('unknown-to-the-snapshot', 'late', await readDigitModel('mlp-tiny'));
    await client.waitUntilMeasured('unknown-to-the-snapshot');
    await client.waitUntilReady('late');
    const serving = await servingReplicas(fixture);
    const { tableVersion } = await client.fleet.overview({});

    const wipedAt = performance.now();
    await etcd.wipe(snapshot);
    const noticed = await Promise.all(
      cluster.controllers.map((controller) =>
        timeUntil(
          `${controller.name} to notice`,
          wipedAt,
          async () => (await overviewOf(controller)).storeLoss === 'older',
        ),
      ),
    );
    found({ name: 'etcd restored: every controller shows it', value: Math.max(...noticed) / 1000, unit: 's' });
    const [first] = cluster.controllers;
    await first?.stop();
    first?.launch(['--accept-empty-store']);
    const leader = await fixture.leader();
    await timeUntil('the table to have another epoch', wipedAt, async () => {
      const { tableVersion: version } = await overviewOf(leader);
      return version.split(':')[0] !== tableVersion.split(':')[0];
    });
    await sleep(3 * lengths.settleMs);
    const gone = missing(serving, await servingReplicas(fixture));
    found({ name: 'etcd restored: replicas that served', value: serving.size, unit: '' });
    found({ name: 'etcd restored: serving replicas unloaded', value: gone.length, unit: '', reach: { exactly: 0 } });
    noneFailed('etcd restored', await load.stop());
    assert.deepEqual(gone, []);
    const logged = cluster.controllers[1]?.logs().filter(({ level }) => level === 'error') ?? [];
    assert.ok(logged.some(({ message }) => message.includes('lost data')));
    assert.ok(logged.some(({ message }) => /restored|wiped/.test(message)));
    assert.ok(!(await listTasks(leader.address)).has('unknown-to-the-snapshot'), 'the registry is the restored one');
  });
});

const missing = (before: ReadonlySet<string>, after: ReadonlySet<string>): readonly string[] =>
  [...before].filter((name) => !after.has(name));

async function checkRefusals(registrars: readonly Registrar[]): Promise<void> {
  const refused = registrars.flatMap((each) => each.refused);
  const acknowledged = registrars.flatMap((each) => each.acknowledged);
  const slowestMs = Math.max(...refused.map(({ tookMs }) => tookMs));
  found({ name: 'etcd gone: registrations refused', value: refused.length, unit: '' });
  found({ name: 'etcd gone: registrations acknowledged', value: acknowledged.length, unit: '', reach: { exactly: 0 } });
  found({ name: 'etcd gone: the slowest refusal', value: slowestMs / 1000, unit: 's', reach: { atMost: 3.5 } });
  assert.ok(refused.length > 0);
  assert.deepEqual(acknowledged, []);
  for (const { code, message } of refused) {
    assert.equal(code, 'unavailable', message);
    assert.match(message, /nothing was written|not known whether|no controller leads/);
  }
}

async function checkStaleness(
  controllers: readonly ServiceProcess[],
  routers: readonly ServiceProcess[],
  goneSeconds: number,
): Promise<void> {
  for (const [services, metric] of [
    [controllers, 'pareto_store_age_seconds'],
    [routers, 'pareto_table_staleness_seconds'],
  ] as const) {
    for (const service of services) {
      const age = (await service.metrics()).value(metric);
      assert.ok(age > goneSeconds - 4 && age < goneSeconds + 3, `${service.name}: ${age} s after ${goneSeconds} s`);
    }
  }
}

interface Late extends AsyncDisposable {
  /** Waits until the worker logs that it waits for a leader. */
  check(): Promise<void>;
  /** Waits until the worker has joined. */
  join(): Promise<void>;
}

/** Creates a worker that starts without etcd. */
async function launchLate({ cluster }: Fixture): Promise<Late> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const { folder, controllers } = cluster;
  const addresses = controllers.map(({ address }) => address).join(',');
  const own = ['--id', 'late', '--cache-dir', folder.file('late'), '--slots', '1', '--memory', '1g'];
  const args = ['--cluster-token-file', folder.file('token'), '--controllers', addresses, ...own];
  const worker = createServiceProcess({ service: 'worker', name: 'late', port, metricsPort, args });
  worker.launch();
  return {
    async check() {
      await waitFor('the late worker to respond that it waits for a controller', async () => {
        const { status, text } = await probe(metricsPort, '/readyz');
        assert.equal(status, 503);
        return text.includes('controller') || undefined;
      });
      await waitFor('the late worker to warn that no controller is reachable', () =>
        worker.logs().some(({ level, message }) => level === 'warn' && message.includes('controller'))
          ? true
          : undefined,
      );
    },
    join: () =>
      waitFor(
        'the late worker to join',
        async () => ((await probe(metricsPort, '/readyz')).status === 200 ? true : undefined),
        20_000,
      ).then(() => undefined),
    async [Symbol.asyncDispose]() {
      await worker.stop();
    },
  };
}
