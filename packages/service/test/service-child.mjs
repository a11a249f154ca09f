// A service with one part, which prints when it starts and stops.

import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { defineConfig, runService } from '@pareto/service';

const alive = setInterval(() => undefined, 60_000);
const part = {
  name: 'part',
  async start() {
    process.emitWarning('this is old', 'DeprecationWarning', 'DEP9999');
    process.stdout.write('started\n');
  },
  async stop() {
    clearInterval(alive);
    process.stdout.write('stopped\n');
  },
};

await runService({
  roles: ['router'],
  config: defineConfig({
    name: 'pareto-test',
    summary: 'tests',
    example: 'pareto-test',
    defaults: { port: 0, metricsPort: 0 },
    flags: {},
  }),
  create: async () => [part],
});
