// The kind of a machine. Figures of different kinds are not comparable.

import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus } from 'node:os';
import { deviceName, instructionSet } from '@pareto/runtime';

export interface Machine {
  readonly cores: number;
  /** Model of the CPU. */
  readonly cpu: string;
  /** Content of `/proc/cpuinfo`. Empty if there is none. */
  readonly cpuinfo: string;
  /** Architecture in Node's terms. */
  readonly arch: string;
  /** Version of Node. */
  readonly node: string;
}

/** Returns a name for folders, such as `2-core-amd-epyc-9r14-avx512-vnni-node-20`. */
export function machineKind(machine: Machine): string {
  const device = deviceName(machine.cpu);
  const [major = ''] = machine.node.split('.');
  return `${machine.cores}-core-${device}-${instructionSet(machine.cpuinfo, machine.arch)}-node-${major}`;
}

export const observeMachine = (): Machine => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model ?? arch(),
  cpuinfo: existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '',
  arch: arch(),
  node: process.versions.node,
});
