// The warm-up of real processes.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { createTempFolder, waitFor } from '@pareto/testkit';
import { startCluster } from '../support/cluster.js';
import { probe, type ServiceProcess } from '../support/service-process.js';

describe('the warm-up of a service', function () {
  this.timeout(60_000);

  it('sends queries before the service is ready, and leaves no trace in its metrics', async () => {
    // A busy machine takes long for the first query.
    const args = ['--warm-up-ms', '1500'];
    await using folder = await createTempFolder();
    const env = { TMPDIR: folder.path };
    await using cluster = await startCluster({ workers: 1, routerArgs: args, workerArgs: args, env });
    for (const service of [cluster.router, ...cluster.workers]) {
      assert.ok(warmUpCalls(service) > 0, service.child.output);
      const { text } = await probe(service.metricsPort, '/metrics');
      assert.doesNotMatch(text, /warm-up/);
      assert.doesNotMatch(text, /^pareto_(worker_)?requests_total\{.*\} [1-9]/m);
    }
    const [worker = assert.fail()] = cluster.workers;
    await killedWhileWarmingUp(worker, cluster.folder.file('worker-1/work'));
    await worker.start();
    assert.deepEqual(await readdir(cluster.folder.file('worker-1/work')), [], 'the next process deletes its files');
    const left = (await readdir(folder.path)).filter((name) => name.includes('warm-up'));
    assert.deepEqual(left, [], 'no file is left in the temporary folder');
  });
});

/** Restarts a worker, and kills it in the middle of its warm-up, whose model is in the folder. */
async function killedWhileWarmingUp(worker: ServiceProcess, folder: string): Promise<void> {
  await worker.stop();
  worker.launch(['--warm-up-ms', '60000']);
  const isWarmingUp = async (): Promise<boolean> => (await readdir(folder)).some((name) => name.startsWith('warm-up-'));
  await waitFor('the warm-up', async () => (await isWarmingUp().catch(() => false)) || undefined);
  await worker.kill();
  assert.ok(await isWarmingUp());
}

/** Returns the number of queries that the service sent to itself. */
function warmUpCalls(service: ServiceProcess): number {
  const messages = service.logs().map(({ message }) => message);
  assert.ok(messages.indexOf('warmed up') < messages.indexOf('started'));
  return Number(service.logs().find(({ message }) => message === 'warmed up')?.['calls']);
}
