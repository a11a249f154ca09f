// Reads how long a process has computed, and has waited for a core, on Linux.

import { readFile } from 'node:fs/promises';
import { milliseconds, type Milliseconds } from '@pareto/core';

/** Length of a tick in which Linux reports times to programs, independently of the kernel's own tick. */
const tickMs = 10;

/**
 * Returns the CPU time of all threads since the start of the process. Undefined if the process has ended or there is no
 * /proc.
 */
export async function readCpuTime(pid: number): Promise<Milliseconds | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, in parentheses, may contain any characters.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return text === '' ? undefined : milliseconds((user + system) * tickMs);
}

/**
 * Returns how long the main thread was runnable but waited for a core since the start of the process. Undefined if the
 * kernel does not count it.
 */
export async function readWaitedTime(pid: number): Promise<Milliseconds | undefined> {
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '');
  const waitedNs = Number(text.split(' ')[1]);
  return text === '' || Number.isNaN(waitedNs) ? undefined : milliseconds(waitedNs / 1e6);
}
