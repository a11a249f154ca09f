#!/usr/bin/env node
// Entry point of the process of a router and a worker.

import { deviceEnvironment } from '@pareto/runtime';
import { processSources, runService } from '@pareto/service';
import { nodeConfig } from './config.js';
import { createNode } from './create-node.js';

await runService({
  roles: ['router', 'worker'],
  config: nodeConfig,
  create: (config, contexts) => createNode(config, contexts, deviceEnvironment(processSources().env)),
});
