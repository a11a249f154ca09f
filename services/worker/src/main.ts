#!/usr/bin/env node
// Entry point of the worker process.

import { deviceEnvironment } from '@pareto/runtime';
import { processSources, runService } from '@pareto/service';
import { workerConfig } from './config.js';
import { createWorker } from './worker.js';

await runService({
  role: 'worker',
  config: workerConfig,
  create: (config, context) => createWorker(config, context, deviceEnvironment(processSources().env)),
});
