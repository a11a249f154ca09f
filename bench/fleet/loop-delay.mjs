// Measures the delay of the event loop in a process, with `--import`. Prints it at each SIGUSR2, and starts again.

import { monitorEventLoopDelay } from 'node:perf_hooks';

const intervalMs = 10;
const delay = monitorEventLoopDelay({ resolution: intervalMs });
const toMs = (ns) => Math.max(0, ns / 1e6 - intervalMs);

delay.enable();
process.on('SIGUSR2', () => {
  process.stderr.write(`loop delay ${JSON.stringify({ p99Ms: toMs(delay.percentile(99)), maxMs: toMs(delay.max) })}\n`);
  delay.reset();
});
