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
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Returns the CPU time of the processes of each role in milliseconds. Linux counts it in hundredths of a second. */
export function cpuByRole(processes: readonly PathProcess[]): ReadonlyMap<Role, number> {
  const cpu = new Map<Role, number>();
  for (const { role, pid } of processes) cpu.set(role, (cpu.get(role) ?? 0) + cpuOf(pid));
  return cpu;
}

function cpuOf(pid: number): number {
  // The second field is the name of the program in parentheses.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
