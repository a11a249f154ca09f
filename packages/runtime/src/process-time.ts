// How long a process has computed, as Linux tells it.

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
