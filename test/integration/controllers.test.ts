// Two controllers over one etcd: calls to either of them, another cluster in the same etcd, and backups.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { digest, systemClock } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import { createChannel, createClient, createFailover, uploadBlob, type ServiceClient } from '@pareto/rpc';
import {
  createTempFolder,
  freePorts,
  missingEtcd,
  startEtcd,
  waitFor,
  type Etcd,
  type TempFolder,
} from '@pareto/testkit';
import { createTestClient, refusalOf, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { classesOf, digitModelFile, readDigits, validationFile } from '../support/digits.js';
import { pareto } from '../support/pareto.js';
import { createServiceProcess, refusalToStart, type ServiceProcess } from '../support/service-process.js';
import { skipWithout } from '../support/skip.js';

describe('two controllers over one etcd', function () {
  this.timeout(60_000);
  let etcd: Etcd;
  let backups: TempFolder;
  let cluster: Cluster;
  let client: TestClient;
  let leader: ServiceProcess;
  let standby: ServiceProcess;
  const owned: (() => unknown)[] = [];
  before(async function () {
    this.timeout(600_000); // the first time on a machine, etcd is built
    skipWithout(this, await missingEtcd('3.6'));
    etcd = await startEtcd({ version: '3.6' });
    owned.push(() => etcd[Symbol.asyncDispose]());
    backups = await createTempFolder();
    owned.push(() => backups[Symbol.asyncDispose]());
    // Each controller overwrites the backup when it stops.
    const controllerArgs = ['--backup-file', backups.file('backup')];
    cluster = await startCluster({ controllers: 2, workers: 1, etcd: etcd.endpoints, controllerArgs });
    owned.push(() => cluster[Symbol.asyncDispose]());
    [leader, standby] = cluster.controllers as [ServiceProcess, ServiceProcess];
    client = createTestClient(cluster);
    owned.push(() => client[Symbol.dispose]());
  });
  after(async () => {
    for (const dispose of owned.reverse()) await dispose();
  });

  /** Starts another controller without waiting until it is ready. */
  async function another(name: string, ...more: readonly string[]): Promise<ServiceProcess> {
    const [port = 0, metricsPort = 0] = await freePorts(2);
    const args = ['--cluster-token-file', cluster.folder.file('token'), '--data-dir', cluster.folder.file(name)];
    const service = createServiceProcess({ service: 'controller', name, port, metricsPort, args: [...args, ...more] });
    service.launch();
    owned.push(() => service.child.stop(5_000));
    return service;
  }

  const onEtcd = (): readonly string[] => ['--etcd', etcd.endpoints.join(',')];

  it('accept a registration that is sent to the standby', async () => {
    const { code, details } = await refusalOf(registerTask(standby, 'digits'));
    assert.deepEqual([code, details['pareto-leader']], ['failed-precondition', leader.address]);
    const options = ['--task', 'digits', '--validation', validationFile, '--recipes', 'original'];
    const model = [digitModelFile('mlp-tiny'), ...options];
    const output = await pareto('--controller', standby.address, 'register', ...model);
    assert.match(output, /mlp-tiny:original/);
    await client.waitUntilReady('mlp-tiny');
    const digits = await readDigits();
    assert.equal(classesOf(await client.infer('digits', [digits.input(0)])).length, 1);
  });

  it('serve a blob that was uploaded through the other controller', async () => {
    for (const [from, to] of [
      [standby, leader],
      [leader, standby],
    ] as const) {
      const content = randomBytes(3_000_000);
      const id = digest(`sha256:${createHash('sha256').update(content).digest('hex')}`);
      const failover = createFailover({ addresses: [from.address], open: createChannel, clock: systemClock });
      const read = async function* (offset: number): AsyncGenerator<Buffer> {
        for (let at = offset; at < content.length; at += 1 << 20) yield content.subarray(at, at + (1 << 20));
      };
      assert.equal(await uploadBlob(failover, { digest: id, sizeBytes: content.length, read }), true);
      assert.equal(failover.address, from.address);
      failover.close();
      const channel = createChannel(to.address);
      const parts: Buffer[] = [];
      for await (const { data } of createClient(channel, 'pareto.v1.Blobs').download({ digest: id })) parts.push(data);
      channel.close();
      assert.ok(Buffer.concat(parts).equals(content));
    }
  });

  it('reject a third controller with another blob store, and continue', async () => {
    const { child } = await another('third', ...onEtcd());
    assert.match(
      await refusalToStart(child),
      /^pareto-controller: the cluster's blobs are at .*\/blobs, but this controller uses .*\/third\/blobs: pass the same --blobs/,
    );
    assert.equal((await registryOf(leader)).tasks.length, 1);
  });

  it('are isolated from a cluster of another name in the same etcd', async () => {
    const other = await another('other', ...onEtcd(), '--cluster', 'other');
    await other.ready();
    const leads = async (): Promise<number | undefined> => (await other.metrics()).value('pareto_leader') || undefined;
    assert.equal(await waitFor('the other controller to lead', leads), 1);
    assert.deepEqual((await registryOf(other)).tasks, []);
    for (const name of ['elsewhere', 'digits']) await registerTask(other, name);
    await ask(other, (registry) => registry.delete({ name: 'digits' }));
    for (const controller of cluster.controllers) {
      const { tasks } = await registryOf(controller);
      assert.deepEqual(
        tasks.map(({ name }) => name),
        ['digits'],
      );
    }
    const { controllers } = await client.fleet.overview({});
    assert.deepEqual([...controllers].sort(), [leader.address, standby.address].sort());
  });

  describe('and a backup', () => {
    let file: string;
    before('stop the standby, which writes a backup', async () => {
      file = backups.file('backup');
      assert.equal(await standby.stop(), 0);
    });

    it('restore all registrations and measurements in another cluster in etcd, which then serves queries', async () => {
      const controllerArgs = ['--cluster', 'restored', '--restore', file];
      // Two clusters never share a blob store.
      const copy = cluster.folder.file('copy');
      await cp(cluster.folder.file('blobs'), copy, { recursive: true });
      await using restored = await startCluster({
        ...{ workers: 1, etcd: etcd.endpoints, controllerArgs, blobs: ['--blobs', copy] },
      });
      assert.deepEqual(await registryOf(restored.controller), await registryOf(leader));
      using asking = createTestClient(restored);
      await asking.waitUntilReady('mlp-tiny');
      const digits = await readDigits();
      assert.equal(classesOf(await asking.infer('digits', [digits.input(0)])).length, 1);
    });

    it('are refused if the target has other data', async () => {
      const before = await registryOf(leader);
      const { child } = await another('other', ...onEtcd(), '--cluster', 'other', '--restore', file);
      assert.match(
        await refusalToStart(child),
        /^pareto-controller: a backup can be restored only into an empty store .*: pass a new --data-dir or --cluster, or drop --restore$/,
      );
      assert.deepEqual(await registryOf(leader), before);
    });

    it('change nothing in the store that they are of, so that a controller starts again with the same flags', async () => {
      const before = await registryOf(leader);
      const shared = ['--blobs', cluster.folder.file('blobs')];
      const again = await another('one', ...onEtcd(), ...shared, '--restore', file);
      await again.ready();
      assert.deepEqual(await registryOf(again), before);
    });
  });
});

type Registry = ServiceClient<'pareto.v1.Registry'>;

/** Calls a controller with a client without failover. */
async function ask<T>({ address }: ServiceProcess, call: (registry: Registry) => Promise<T>): Promise<T> {
  const channel = createChannel(address);
  try {
    return await call(createClient(channel, 'pareto.v1.Registry'));
  } finally {
    channel.close();
  }
}

const registerTask = (controller: ServiceProcess, name: string): Promise<wire.Task> =>
  ask(controller, (registry) => registry.registerTask({ name, metric: 'top1' }));

/** Returns all registrations and measurements, without replicas. */
async function registryOf(controller: ServiceProcess): Promise<wire.ListResponse> {
  const list = await ask(controller, (registry) => registry.list({}));
  return { ...list, variants: list.variants.map((variant) => ({ ...variant, replicasReady: 0, state: '' })) };
}
