// A fleet of 100 simulated workers with two controllers over etcd: the short form of `bench/fleet.bench.ts`.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createTempFolder, missingEtcd, startEtcd, waitFor } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { countLosses, startController } from '../../bench/fleet/controllers.js';
import { registerTasks } from '../../bench/fleet/register.js';
import { areConnected, isComplete } from '../../bench/fleet/settle.js';
import { startSimulation } from '../../bench/fleet/simulation.js';
import { skipWithout } from '../support/skip.js';

const size = { workers: 100, routers: 2, tasks: 5, modelsPerTask: 4 };
const token = 'a-secret-for-tests-only';

describe('a fleet of 100 workers', function () {
  this.timeout(180_000);

  before(async function () {
    this.timeout(600_000); // the first time on a machine, etcd is built
    skipWithout(this, await missingEtcd('3.6'));
  });

  it('gets every model measured and placed, without a change of leader', async () => {
    await using folder = await createTempFolder();
    await using etcd = await startEtcd({ version: '3.6' });
    await writeFile(folder.file('token'), token);
    const args = [
      '--etcd',
      etcd.endpoints.join(),
      '--blobs',
      folder.file('blobs'),
      '--cluster-token-file',
      folder.file('token'),
    ];
    const first = await startController([...args, '--data-dir', folder.file('first')]);
    const next = await startController([...args, '--data-dir', folder.file('next')]);
    try {
      const controllers = [first.address, next.address];
      await using simulation = startSimulation({ ...size, token, controllers });
      const until = (what: string, isSo: (seen: Parameters<typeof isComplete>[0]) => boolean): Promise<true> =>
        waitFor(
          what,
          () => {
            const seen = simulation.observe();
            return (seen !== undefined && isSo(seen)) || undefined;
          },
          60_000,
        );
      await until('all to join', (seen) => areConnected(seen, size));
      await registerTasks(first.address, size);
      await until('every model to have a replica in every table', (seen) => isComplete(seen, size));
      const metrics = await first.metrics();
      const models = size.tasks * size.modelsPerTask;
      const measured = metrics.value('pareto_measurements_total');
      // A worker may repeat a result before it receives the withdrawal of its order.
      assert.ok(measured >= models && measured < 2 * models, `${measured} measurements of ${models} models`);
      assert.equal(metrics.value('pareto_plan_unmet'), 0);
      assert.equal(metrics.value('pareto_leader'), 1);
      assert.equal(countLosses([first, next]), 0);
      assert.doesNotMatch(first.child.output, /MaxListenersExceededWarning/);
    } finally {
      await Promise.all([first, next].map(({ child }) => child.stop(10_000)));
    }
  });
});
