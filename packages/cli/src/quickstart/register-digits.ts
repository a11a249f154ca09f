// Registers the digits example, and waits until its variants are measured.

import { ParetoError } from '@pareto/core';
import type { Cluster } from '@pareto/local';
import type { wire } from '@pareto/protocol';
import { withController, type ControllerClients } from '../connection/connect.js';
import type { Context } from '../context/context.js';
import { createJobDisplay } from '../job-progress/job-display.js';
import { waitForJobs, type JobsSnapshot } from '../job-progress/wait-for-jobs.js';
import { registerModels, registerTask, type RegisterOptions } from '../commands/register/register-models.js';
import { createRegisterProgress } from '../commands/register/register-progress.js';
import type { Registered } from '../commands/register/registered-summary.js';
import { repeatOptions } from '../connection/repeat.js';
import { models, task, validation } from './digits.js';

/** First snapshot for the display, so that steps finished before the first real one are printed too. */
const emptySnapshot: JobsSnapshot = {
  ...{ jobs: [], architectures: [], variants: [], outcomes: [] },
  ...{ workers: true, done: false },
};

export async function registerDigits(context: Context, cluster: Cluster): Promise<Registered> {
  const { clock, terminal } = context;
  const since = clock.now();
  const repeating = repeatOptions(context);
  const { onEvent } = createRegisterProgress(terminal);
  const onSnapshot = createJobDisplay(context, { since, reportsFirst: true });
  onSnapshot(emptySnapshot);
  return withController(cluster.endpoints, async (clients) => {
    const architectures = await send(clients, { ...repeating, onEvent });
    const { variants, outcomes } = await waitForJobs(clients, task, architectures, { ...repeating, onSnapshot });
    return { task, architectures, variants, outcomes, elapsedMs: clock.now() - since };
  });
}

async function send(clients: ControllerClients, options: RegisterOptions): Promise<readonly wire.Architecture[]> {
  const defaultObjective = { latencyMs: 1_000 };
  await registerTask(clients, { name: task, metric: 'top1', defaultObjective, validation }, options);
  const architectures: wire.Architecture[] = [];
  for (const model of models) {
    const registration = { task, recipes: model.recipes, keepDominated: false };
    architectures.push(...(await registerModels(clients, registration, [model], options)));
  }
  if (architectures.length < models.length) {
    throw new ParetoError('failed-precondition', 'not every model was registered');
  }
  return architectures;
}
