#!/usr/bin/env node
// The controller's process.

import { runService } from '@pareto/service';
import { controllerConfig } from './config.js';
import { createController } from './controller.js';

await runService({
  role: 'controller',
  config: controllerConfig,
  create: async (config, context) => (await createController(config, context)).runnables,
});
