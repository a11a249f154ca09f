// Loaded into each service by `--import`. Appends to a file, ten times a second, the longest section in which the event
// loop was blocked, as CPU time of its thread, and the memory. Services do not know of it.

import { appendFileSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const tickMs = 10;
const ticksPerLine = 10;
const folder = process.env['PARETO_BENCH_PROBES'];

/** The first number of this file is the CPU time of the main thread in ns. */
const schedstat = isMainThread && folder !== undefined ? openSync('/proc/self/schedstat', 'r') : undefined;
const buffer = Buffer.alloc(64);

function threadCpuMs(fd) {
  const length = readSync(fd, buffer, 0, buffer.length, 0);
  return Number.parseInt(buffer.toString('latin1', 0, length), 10) / 1e6;
}

if (schedstat !== undefined && process.argv[1]?.includes('/services/')) {
  let last = threadCpuMs(schedstat);
  let [blockedMs, ticks] = [0, 0];
  setInterval(() => {
    const now = threadCpuMs(schedstat);
    blockedMs = Math.max(blockedMs, now - last);
    last = now;
    if (++ticks < ticksPerLine) return;
    const { heapUsed, external, rss } = process.memoryUsage();
    const line = { at: Date.now(), blockedMs, heapBytes: heapUsed + external, rssBytes: rss };
    appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(line)}\n`);
    [blockedMs, ticks] = [0, 0];
  }, tickMs).unref();
}
