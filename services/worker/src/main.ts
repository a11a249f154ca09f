#!/usr/bin/env node
// Entry point of the worker process.

import { deviceEnvironment } from '@pareto/runtime';
import { processSources, runService } from '@pareto/service';
import { workerConfig } from './config.js';
import { createWorkerWarmUp } from './warm-up/create-worker-warm-up.js';
import { createWorker } from './worker.js';

await runService({
  roles: ['worker'],
  config: workerConfig,
  create: async (config, { worker }) => [
    createWorkerWarmUp(config, worker),
    ...(await createWorker(config, worker, deviceEnvironment(processSources().env))).runnables,
  ],
});
