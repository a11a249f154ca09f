#!/usr/bin/env node
// The controller's process.

import { runService } from '@pareto/service';
import { controllerConfig } from './config.js';
import { createController } from './controller.js';

await runService({
  roles: ['controller'],
  config: controllerConfig,
  create: async (config, { controller }) => (await createController(config, controller)).runnables,
});
