#!/usr/bin/env node
// The router's process.

import { runService } from '@pareto/service';
import { routerConfig } from './config.js';
import { createRouter } from './create-router.js';

await runService({
  role: 'router',
  config: routerConfig,
  create: async (config, context) => createRouter(config, context).runnables,
});
