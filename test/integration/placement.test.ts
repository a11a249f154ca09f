// The reasons of replicas and of unmet needs, as the command shows them.

import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import { waitFor } from '@pareto/testkit';
import { startDigits, type DigitsCluster } from '../support/digits.js';
import { pareto } from '../support/pareto.js';

describe('the placement of replicas', function () {
  this.timeout(120_000);
  let started: DigitsCluster;
  before(async () => {
    started = await startDigits({ workers: 1 }, ['mlp-tiny']);
    await started.client.waitUntilReady('mlp-tiny');
  });
  after(() => started[Symbol.asyncDispose]());

  const run = (...args: readonly string[]): Promise<string> =>
    pareto('--controller', started.cluster.controller.address, ...args);

  it('has a source and a reason, which get and describe show', async () => {
    const wide = await waitFor('the first plan with the replica', async () => {
      const text = await run('get', 'replicas', '-o', 'wide');
      return text.includes('minimum') ? text : undefined;
    });
    assert.match(wide, / {2}SOURCE +REASON\n.* mlp-tiny:original +worker-1 .* {2}minimum +required: cheapest, /);
    const { replicas } = JSON.parse(await run('get', 'replicas', '-o', 'json')) as { replicas: wire.ReplicaReport[] };
    assert.deepEqual(
      replicas.map(({ placement }) => placement?.source),
      ['minimum'],
    );
    for (const name of ['mlp-tiny:original', 'worker-1'])
      assert.match(await run('describe', name), /\nREPLICA .* SOURCE +REASON\n.* {2}minimum +required: cheapest, /);
    assert.doesNotMatch(await run('describe', 'digits'), /UNMET/);
  });

  it('has needs that are not met if the only worker drains', async () => {
    await run('drain', 'worker-1');
    const text = await waitFor('unmet needs', async () => {
      const found = await run('describe', 'digits', '-o', 'wide');
      return found.includes('UNMET NEED') ? found : undefined;
    });
    assert.match(text, /^mlp-tiny:original +minimum +no-worker +\d.*s +required: .* accepts replicas$/m);
    assert.match(text, /^mlp-tiny:original +- +memory +\d.*s +it cannot leave its draining worker: /m);
    const metrics = await started.cluster.controller.metrics();
    for (const reason of ['no-worker', 'memory'])
      assert.equal(metrics.value('pareto_plan_unmet', { reason }), 1, reason);
    await run('undrain', 'worker-1');
    await waitFor(
      'the needs to be met',
      async () => !(await run('describe', 'mlp-tiny')).includes('UNMET') || undefined,
    );
    assert.equal((await started.cluster.controller.metrics()).value('pareto_plan_unmet'), 0);
  });
});
