// Reads what the probes in the services have measured.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock, milliseconds } from '@pareto/core';
import { waitFor } from '@pareto/testkit';

interface Sample {
  readonly at: number;
  readonly blockedMs: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** Environment of the services, which loads the probe into them. */
export const probeEnvironment = (folder: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${fileURLToPath(new URL('probe.mjs', import.meta.url))}`,
  PARETO_BENCH_PROBES: folder,
});

export interface Interval {
  readonly from: number;
  readonly until: number;
}

/** Returns the samples of a process in an interval, and waits for the first one after it. */
export async function samplesOf(folder: string, pid: number, { from, until }: Interval): Promise<readonly Sample[]> {
  const all = await waitFor(
    `process ${pid} to respond`,
    async () => {
      const text = await readFile(join(folder, `${pid}.jsonl`), 'utf8');
      const samples = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Sample);
      return samples.some(({ at }) => at > until) ? samples : undefined;
    },
    60_000,
  );
  const after = all.findIndex(({ at }) => at > until);
  return all.slice(0, after + 1).filter(({ at }) => at > from);
}

export const max = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

export const pause = (ms: number): Promise<void> => systemClock.sleep(milliseconds(ms));
