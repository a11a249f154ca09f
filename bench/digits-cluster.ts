// The cluster of real processes that benchmarks use, with models of the task `digits`.

import { waitFor } from '@pareto/testkit';
import { startDigits, type DigitModel, type DigitsCluster } from '../test/support/digits.js';
import { progress } from './report.js';

/** Starts a cluster of one worker and resolves when every model is measured and loaded. A node has a router and a worker. */
export async function startWarmDigits(models: readonly DigitModel[], nodes: 0 | 1 = 0): Promise<DigitsCluster> {
  progress('measuring the models');
  const started = await startDigits({ nodes, workers: 1 }, models);
  const { client, digits } = started;
  try {
    for (const model of models) {
      // A model that was not placed is loaded for the first query that needs it.
      await waitFor(`${model} to answer`, () => client.infer(model, [digits.input(0)], { latency_ms: 10_000 }), 30_000);
    }
    return started;
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw error;
  }
}
