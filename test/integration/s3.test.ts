// Two controllers over one etcd, with the models in S3.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { createChannel, createClient } from '@pareto/rpc';
import { missingEtcd, missingS3Server, startEtcd, startS3Server, type Etcd, type S3Server } from '@pareto/testkit';
import { createTestClient, refusalOf, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { classesOf, digitModelFile, readDigits, validationFile } from '../support/digits.js';
import { pareto } from '../support/pareto.js';
import type { ServiceProcess } from '../support/service-process.js';
import { skipWithout } from '../support/skip.js';

describe('models in S3', function () {
  this.timeout(60_000);
  let etcd: Etcd;
  let server: S3Server;
  let cluster: Cluster;
  let client: TestClient;
  const owned: (() => unknown)[] = [];
  before(async function () {
    this.timeout(600_000); // the first time on a machine, the programs are built
    skipWithout(this, (await missingEtcd('3.4')) ?? (await missingS3Server()));
    etcd = await startEtcd({ version: '3.4' });
    owned.push(() => etcd[Symbol.asyncDispose]());
    server = await startS3Server();
    owned.push(() => server[Symbol.asyncDispose]());
    const blobs = ['--blobs', `s3://${server.bucket}/mine`, '--s3-endpoint', server.endpoint];
    cluster = await startCluster({ controllers: 2, workers: 1, etcd: etcd.endpoints, blobs, env: server.env });
    owned.push(() => cluster[Symbol.asyncDispose]());
    client = createTestClient(cluster);
    owned.push(() => client[Symbol.dispose]());
  });
  after(async () => {
    for (const dispose of owned.reverse()) await dispose();
  });

  it('are registered through any controller and served', async () => {
    const [, standby] = cluster.controllers as [ServiceProcess, ServiceProcess];
    const options = ['--task', 'digits', '--validation', validationFile, '--recipes', 'original'];
    const model = [digitModelFile('mlp-tiny'), ...options];
    await pareto('--controller', standby.address, 'register', ...model);
    await client.waitUntilReady('mlp-tiny');
    const digits = await readDigits();
    assert.equal(classesOf(await client.infer('digits', [digits.input(0)])).length, 1);
    assert.ok((await readdir(`${server.folder}/mine`, { recursive: true })).length > 2);
  });

  it('are served while S3 is unreachable, and uploads are refused with advice', async () => {
    await server.kill();
    const digits = await readDigits();
    assert.equal(classesOf(await client.infer('digits', [digits.input(1)])).length, 1);
    const channel = createChannel(cluster.controller.address);
    const refused = await refusalOf(
      createClient(channel, 'pareto.v1.Blobs').stat({ digest: `sha256:${'0'.repeat(64)}` }),
    );
    channel.close();
    assert.equal(refused.code, 'unavailable');
    assert.match(refused.message, /S3 at http:.* can't be reached or is failing .*: retry/);
    await server.start();
    await client.upload(Buffer.from('something new'));
  });
});
