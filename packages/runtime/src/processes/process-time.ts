// Reads how long a process has computed and has waited for a core, and how long the host has stolen cores, on Linux.

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

/** CPU time of all cores since the start of the machine. */
export interface CoreTimes {
  /** Time that the cores computed, or could not because the host had taken them. */
  readonly busyMs: Milliseconds;
  /** Time for which the host of a virtual machine had taken the cores. */
  readonly stolenMs: Milliseconds;
}

/** Returns undefined if there is no /proc. */
export async function readCoreTimes(): Promise<CoreTimes | undefined> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => '');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, stolen = 0] = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '')
    .split(' ')
    .map(Number);
  if (text === '') return undefined;
  const busy = user + nice + system + irq + softIrq + stolen;
  return { busyMs: milliseconds(busy * tickMs), stolenMs: milliseconds(stolen * tickMs) };
}
