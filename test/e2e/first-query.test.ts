// The first queries to a model, while it is being measured.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { waitFor } from '@pareto/testkit';
import { createTestClient, refusalOf } from '../support/client.js';
import { startCluster } from '../support/cluster.js';
import { classesOf, readDigitModel, readDigits, validationFile } from '../support/digits.js';

describe('a model that is being measured', function () {
  this.timeout(120_000);

  it('answers as it was trained, except queries with an accuracy floor', async () => {
    // Measuring takes minutes.
    await using cluster = await startCluster({ nodes: 1, workers: 1, profileMs: 600_000 });
    using client = createTestClient(cluster);
    const digits = await readDigits();
    await client.registerTask('digits', { validation: await readFile(validationFile) });
    await client.registerModel('digits', 'mlp-tiny', await readDigitModel('mlp-tiny'));
    // The router learns of the model some milliseconds after the registration.
    const answer = await waitFor('the model in the routing table', () =>
      client.infer('digits', [digits.input(0)]).catch((error: unknown) => {
        if (!String(error).includes('no variants yet')) throw error;
        return undefined;
      }),
    );
    assert.deepEqual(classesOf(answer), [digits.label(0)]);
    assert.equal(answer.parameters.get('pareto_variant'), 'mlp-tiny:original');
    const profile = await waitFor('the provisional profile', async () => {
      const { variants } = await client.registry.describe({ name: 'digits' });
      return variants[0]?.measurements[0]?.profile ?? undefined;
    });
    assert.equal(profile.provisional, true);
    assert.deepEqual(
      profile.points.map(({ batch, runs }) => [batch, runs]),
      [[1, 2]],
    );
    const within = await client.infer('digits', [digits.input(1)], { latency_ms: 5_000 });
    assert.deepEqual(classesOf(within), [digits.label(1)]);
    const floor = await refusalOf(client.infer('digits', [digits.input(0)], { min_accuracy: 0.5 }));
    assert.equal(floor.code, 'failed-precondition', floor.message);
    assert.match(floor.message, /not measured yet/);
    const tooFast = await refusalOf(client.infer('digits', [digits.input(0)], { latency_ms: 0.001 }));
    assert.equal(tooFast.code, 'failed-precondition', tooFast.message);
  });
});
