// The worker's process with shortened limits for hanging models, so that tests do not wait for them. It is JavaScript because
// compiling it at each start more than doubles the CPU of the start.

import { systemClock } from '@pareto/core';
import { deviceEnvironment } from '@pareto/runtime';
import { processSources, runService } from '@pareto/service';
import { createHurriedClock } from '@pareto/testkit';
import { createWorker, workerConfig } from '@pareto/worker';

/** Limits of a run that is expected to be short, and of a run of unknown length. Others are those of the system's clock. */
const { shortened } = createHurriedClock([5_000, 2_000], [30_000, 3_000]);
const clock = { ...systemClock, shortened };

await runService({
  roles: ['worker'],
  config: workerConfig,
  create: async (config, { worker }) =>
    (await createWorker(config, { ...worker, clock }, deviceEnvironment(processSources().env))).runnables,
});
