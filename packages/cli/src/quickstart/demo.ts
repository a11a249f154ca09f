// The quick start's story: a cluster, a registered task, queries, a table.

import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { milliseconds, ParetoError } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { withController, withRouter, type RouterClients } from '../connect.js';
import type { Context } from '../context.js';
import { modelAt, registerModels, registerTask } from '../register-models.js';
import { waitForMeasurements } from '../wait-for-measurements.js';
import { createRegisterProgress } from '../register-progress.js';
import { repeatOptions } from '../repeat.js';
import type { Cluster } from '../up/cluster.js';
import { ask, type Outcome } from './ask.js';
import { findFrontier, planQueries } from './queries.js';
import { readSamples } from './samples.js';

const exampleDir = fileURLToPath(new URL('../../../../examples/digits', import.meta.url));
export const samplesFile: string = relative(process.cwd(), join(exampleDir, 'validation.npz'));
const task = 'digits';

/** Registers the family and answers what was measured of it. */
export async function registerDigits(context: Context, cluster: Cluster): Promise<readonly wire.Variant[]> {
  const names = (await readdir(join(exampleDir, 'models'))).filter((name) => name.endsWith('.onnx')).sort();
  const models = names.map((name) => modelAt(join(exampleDir, 'models', name)));
  const progress = createRegisterProgress(context.terminal);
  const options = { ...repeatOptions(context), onEvent: progress.onEvent, onProgress: progress.onMeasuring };
  return withController(cluster.endpoints, async (clients) => {
    const validation = join(exampleDir, 'validation.npz');
    await registerTask(
      clients,
      { name: task, metric: 'top1', defaultObjective: { latencyMs: 1_000 }, validation },
      options,
    );
    const architectures = await registerModels(
      clients,
      { task, recipes: ['original'], keepAll: false },
      models,
      options,
    );
    if (architectures.length < models.length)
      throw new ParetoError('failed-precondition', 'not every model was registered');
    return waitForMeasurements(clients, task, architectures, options);
  });
}

/** Asks one query after the other, telling each. */
export async function askAll(
  context: Context,
  cluster: Cluster,
  variants: readonly wire.Variant[],
): Promise<readonly Outcome[]> {
  const frontier = findFrontier(task, variants);
  if (frontier === undefined) throw new ParetoError('failed-precondition', 'no variant could be measured: see above');
  const samples = await readSamples(join(exampleDir, 'validation.npz'));
  return withRouter(cluster.endpoints, async (clients) => {
    await waitUntilWarm(context, clients);
    const outcomes: Outcome[] = [];
    let row = 0;
    for (const query of planQueries(frontier)) {
      context.terminal.status([`asking for ${query.asked}`]);
      outcomes.push(await ask({ clients, samples, clock: context.clock }, query, row));
      row += query.items;
    }
    return outcomes;
  });
}

const pollMs = milliseconds(100);
const warmTimeoutMs = 30_000;

/** Until some replica of the task can answer. */
async function waitUntilWarm({ clock, stop, terminal }: Context, { inference }: RouterClients): Promise<void> {
  const deadline = clock.now() + warmTimeoutMs;
  terminal.status(['waiting for the first replica']);
  for (;;) {
    const warm = await inference.whatIf({ target: task }, { signal: stop }).catch(retryable);
    if (warm?.warm === true) return;
    if (clock.now() > deadline)
      throw new ParetoError('deadline-exceeded', `no replica of ${task} was ready after ${warmTimeoutMs / 1000} s`);
    await clock.sleep(pollMs, stop);
  }
}

/** The router may not have heard of the task yet. */
function retryable(error: unknown): undefined {
  if (error instanceof ParetoError && (error.code === 'not-found' || error.code === 'unavailable')) return undefined;
  throw error;
}
