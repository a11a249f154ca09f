import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@pareto/core';
import { createCluster, makeSet, type Cluster } from '@pareto/local';
import type { wire } from '@pareto/protocol';
import { createTempFolder, freePorts, missingEtcd, startEtcd, waitFor } from '@pareto/testkit';
import { withController } from '../../../src/connection/connect.js';
import { deleteName } from '../../../src/commands/delete/delete-name.js';
import { waitForJobs } from '../../../src/job-progress/wait-for-jobs.js';
import { modelAt, registerModels, registerTask } from '../../../src/commands/register/register-models.js';

const tiny = fileURLToPath(new URL('../../../../../examples/digits/models/mlp-tiny.onnx', import.meta.url));

const options = {
  signal: new AbortController().signal,
  clock: systemClock,
  onRepeat: () => undefined,
  onEvent: () => undefined,
  onSnapshot: () => undefined,
};

describe('a cluster with etcd and certificates', function () {
  this.timeout(120_000);
  const closing: (() => PromiseLike<unknown>)[] = [];
  const restarts: string[] = [];
  let cluster: Cluster;

  before(async function () {
    this.timeout(600_000); // etcd is built at the first run on a machine
    const reason = await missingEtcd('3.6');
    if (reason !== undefined) {
      Object.assign(this.test?.parent ?? {}, { skipReason: reason });
      return this.skip();
    }
    const folder = await createTempFolder();
    const etcd = await startEtcd({ version: '3.6' });
    closing.push(
      () => folder[Symbol.asyncDispose](),
      () => etcd[Symbol.asyncDispose](),
    );
    const certs = folder.file('certs');
    await makeSet({ out: certs, hosts: [], days: 1, force: false, renew: false, now: systemClock.wallMs() });
    const [controllerPort = 0, routerPort = 0, workerPort = 0, httpPort = 0] = await freePorts(4, 4);
    cluster = createCluster({
      ...{ dataDir: folder.file('data'), host: '127.0.0.1', controllerPort, routerPort, httpPort, workerPort },
      ...{
        controllers: 2,
        workers: 1,
        separate: false,
        etcd: etcd.endpoints,
        certs,
        configDir: undefined,
        logFormat: 'json',
      },
      clock: systemClock,
      onLine: () => undefined,
      onReady: () => undefined,
      onWarning: () => undefined,
      onRestart: (name) => void restarts.push(name),
    });
    closing.push(() => cluster.stop(AbortSignal.abort()));
    await cluster.start(options.signal);
  });
  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  const overview = (): Promise<wire.OverviewResponse> =>
    withController(cluster.endpoints, ({ fleet }) => fleet.overview({}));

  const connectedWorkers = ({ workers }: wire.OverviewResponse): string[] =>
    workers.filter(({ connected }) => connected).map(({ workerId }) => workerId);

  it('fails over to the standby controller when the leader is killed', async () => {
    const { leader, controllers, workers } = await overview();
    assert.deepEqual([...controllers].sort(), [...cluster.endpoints.controller].sort());
    assert.equal(workers.length, 1);
    const killed = `controller-${cluster.endpoints.controller.indexOf(leader) + 1}`;
    process.kill(cluster.processes.find(({ name }) => name === killed)?.pid ?? assert.fail(), 'SIGKILL');
    await withController(cluster.endpoints, async (clients) => {
      await registerTask(
        clients,
        { name: 'digits', metric: 'top1', defaultObjective: null, validation: undefined },
        options,
      );
      const architectures = await registerModels(
        clients,
        { task: 'digits', recipes: ['original'], keepDominated: false },
        [modelAt(tiny)],
        options,
      );
      await waitForJobs(clients, 'digits', architectures, options);
    });
    const after = await waitFor('both controllers and the worker', async () => {
      const now = await overview();
      return new Set(now.controllers).size === 2 && connectedWorkers(now).length === 1 ? now : undefined;
    });
    assert.notEqual(after.leader, leader);
    assert.deepEqual(restarts, [killed]);
  });

  it('deletes a served architecture and its task', async () => {
    await withController(cluster.endpoints, async ({ registry }) => {
      const deleted = await deleteName(registry, 'mlp-tiny', options);
      assert.equal(deleted.kind, 'architecture');
      await deleteName(registry, 'digits', options);
      assert.deepEqual((await registry.list({})).tasks, []);
    });
  });
});
