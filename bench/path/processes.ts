// The processes of the measured path, and their CPU time.

import { readdirSync, readFileSync } from 'node:fs';

export type Role =
  | 'router'
  | 'worker front'
  | 'executors'
  | 'node'
  | 'executors of the node'
  | 'controller'
  | 'echo'
  | 'pass-through'
  | 'raw'
  | 'client';

export interface PathProcess {
  readonly role: Role;
  readonly pid: number;
}

/** Returns the ids of all processes that a process has started, directly or through others. */
export function descendantsOf(pid: number): readonly number[] {
  const children = tasksOf(pid)
    .flatMap((task) => whileRunning(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')) ?? [])
    .flatMap((text) => text.split(' ').filter(Boolean).map(Number));
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Returns what `read` reads of a process. Undefined if the process has ended. */
function whileRunning<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}

/** Returns the CPU time of the processes of each role in milliseconds, to the nanosecond. */
export function cpuByRole(processes: readonly PathProcess[]): ReadonlyMap<Role, number> {
  const cpu = new Map<Role, number>();
  for (const { role, pid } of processes) cpu.set(role, (cpu.get(role) ?? 0) + cpuMsOf(pid));
  return cpu;
}

/** Returns the CPU time of the threads of a process. That of the whole process is only known to hundredths of a second. */
function cpuMsOf(pid: number): number {
  return tasksOf(pid).reduce((sum, task) => {
    const text = whileRunning(() => readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8'));
    return sum + Number(text?.split(' ', 1)[0] ?? 0) / 1e6;
  }, 0);
}

const tasksOf = (pid: number): readonly string[] => whileRunning(() => readdirSync(`/proc/${pid}/task`)) ?? [];
