// The warm-up of real processes.

import assert from 'node:assert/strict';
import { startCluster } from '../support/cluster.js';
import { probe, type ServiceProcess } from '../support/service-process.js';

describe('the warm-up of a service', function () {
  this.timeout(60_000);

  it('sends queries before the service is ready, and leaves no trace in its metrics', async () => {
    // A busy machine takes long for the first query.
    const args = ['--warm-up-ms', '1500'];
    await using cluster = await startCluster({ workers: 1, routerArgs: args, workerArgs: args });
    for (const service of [cluster.router, ...cluster.workers]) {
      assert.ok(warmUpCalls(service) > 0, service.child.output);
      const { text } = await probe(service.metricsPort, '/metrics');
      assert.doesNotMatch(text, /warm-up/);
      assert.doesNotMatch(text, /^pareto_(worker_)?requests_total\{.*\} [1-9]/m);
    }
  });
});

/** Returns the number of queries that the service sent to itself. */
function warmUpCalls(service: ServiceProcess): number {
  const messages = service.logs().map(({ message }) => message);
  assert.ok(messages.indexOf('warmed up') < messages.indexOf('started'));
  return Number(service.logs().find(({ message }) => message === 'warmed up')?.['calls']);
}
