#!/usr/bin/env node
// The entry point of the router process.

import { runService } from '@pareto/service';
import { routerConfig } from './config.js';
import { createRouter } from './create-router.js';
import { createRouterWarmUp } from './warm-up/create-router-warm-up.js';

await runService({
  role: 'router',
  config: routerConfig,
  create: async (config, context) => [createRouterWarmUp(config, context), ...createRouter(config, context).runnables],
});
