// The load generator as users run it.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { LoadReport } from '@pareto/loadgen';
import { createTempFolder, startChild } from '@pareto/testkit';

const program = fileURLToPath(new URL('../../loadgen/dist/main.js', import.meta.url));

export interface LoadgenRun {
  readonly address: string;
  readonly target: string;
  /** NPZ file with the input. Synthetic if undefined. */
  readonly data?: string;
  readonly perSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Set if it may only run on the first core. */
  readonly isPinned?: boolean;
}

/** Sends evenly spaced requests. Throws if one of them fails. */
export async function runLoadgen(run: LoadgenRun): Promise<LoadReport> {
  const { address, target, data, perSecond, warmUpSeconds, seconds, isPinned = false } = run;
  await using folder = await createTempFolder();
  const file = folder.file('run.json');
  const args = [
    ...[program, '--address', address, '--target', target, '--rate', String(perSecond)],
    ...['--duration', String(seconds), '--warm-up', String(warmUpSeconds)],
    ...(data === undefined ? [] : ['--data', data]),
    ...['--latency-ms', '10000', '--json', file, '--quiet'],
  ];
  const child = isPinned
    ? startChild('taskset', ['--cpu-list', '0', process.execPath, ...args])
    : startChild(process.execPath, args);
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`the load generator exited with ${code}: ${child.output}`);
  const report = JSON.parse(await readFile(file, 'utf8')) as LoadReport;
  const { sent, statuses } = report;
  if (statuses['ok'] !== sent) throw new Error(`not all requests were answered: ${JSON.stringify(statuses)}`);
  return report;
}
