// How long a process has computed, and waited to, as Linux tells it.

import { readFile } from 'node:fs/promises';
import { milliseconds, type Milliseconds } from '@pareto/core';

/** Linux counts in ticks of this length for programs, whatever the kernel's own is. */
const tickMs = 10;

/** Of all its threads, since its start; undefined when it is gone, or where there is no /proc. */
export async function readCpuTime(pid: number): Promise<Milliseconds | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return text === '' ? undefined : milliseconds((user + system) * tickMs);
}

/** For how long its main thread was ready to compute and others had the cores, since its start; undefined where nobody counts it. */
export async function readWaitedTime(pid: number): Promise<Milliseconds | undefined> {
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '');
  const waitedNs = Number(text.split(' ')[1]);
  return text === '' || Number.isNaN(waitedNs) ? undefined : milliseconds(waitedNs / 1e6);
}
