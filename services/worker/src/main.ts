#!/usr/bin/env node
// The worker's process.

import { runService } from '@pareto/service';
import { workerConfig } from './config.js';
import { createWorker } from './worker.js';

await runService({ role: 'worker', config: workerConfig, create: createWorker });
