// The worker's process on a processor with other instruction sets: those in the environment variable `TEST_CPU_FLAGS`.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { deviceEnvironment } from '@pareto/runtime';
import { processSources, runService } from '@pareto/service';
import { createWorker, workerConfig } from '@pareto/worker';

const { env } = processSources();
const read = fs.promises.readFile;
const readFile: unknown = (path: string, ...more: []) =>
  path === '/proc/cpuinfo' ? Promise.resolve(`flags : ${env['TEST_CPU_FLAGS']}\n`) : read(path, ...more);
Object.assign(fs.promises, { readFile });
syncBuiltinESMExports();

await runService({
  roles: ['worker'],
  config: workerConfig,
  create: async (config, { worker }) => (await createWorker(config, worker, deviceEnvironment(env))).runnables,
});
