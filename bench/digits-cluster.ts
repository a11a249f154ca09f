// A cluster of real processes that serves the digits, as the benchmarks use it.

import { fileURLToPath } from 'node:url';
import { waitFor } from '@pareto/testkit';
import { createTestClient } from '../test/support/client.js';
import { startCluster, type Cluster } from '../test/support/cluster.js';
import { readDigits, registerDigits, type DigitModel } from '../test/support/digits.js';
import { progress } from './report.js';

export const samplesFile: string = fileURLToPath(new URL('../examples/digits/validation.npz', import.meta.url));

/** Every model is measured and loaded. */
export async function startDigits(models: readonly DigitModel[], workers: number): Promise<Cluster> {
  const cluster = await startCluster({ workers });
  try {
    progress('measuring the models');
    using client = createTestClient(cluster);
    await registerDigits(client, models);
    const digits = await readDigits();
    for (const model of models) {
      // One that was not placed is loaded for the first query that needs it.
      await waitFor(`${model} to answer`, () => client.infer(model, [digits.input(0)], { latency_ms: 10_000 }), 30_000);
    }
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}
