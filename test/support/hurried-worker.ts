// The worker's process with a clock that shortens the limits for hanging models, so that tests do not wait for them.

import { deviceEnvironment } from '@pareto/runtime';
import { processSources, runService } from '@pareto/service';
import { createHurriedClock } from '@pareto/testkit';
import { createWorker, workerConfig } from '@pareto/worker';

/** Limits of a run that is expected to be short, and of a run of unknown length. */
const clock = createHurriedClock([5_000, 2_000], [30_000, 6_000]);

await runService({
  roles: ['worker'],
  config: workerConfig,
  create: async (config, { worker }) =>
    (await createWorker(config, { ...worker, clock }, deviceEnvironment(processSources().env))).runnables,
});
