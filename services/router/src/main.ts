#!/usr/bin/env node
// The entry point of the router process.

import { runService } from '@pareto/service';
import { routerConfig } from './config.js';
import { createRouter } from './create-router.js';
import { createRouterWarmUp } from './warm-up/create-router-warm-up.js';

await runService({
  roles: ['router'],
  config: routerConfig,
  create: async (config, { router }) => [createRouterWarmUp(config, router), ...createRouter(config, router).runnables],
});
