// Describes the cpu as hardware to serve with: its slots, its instruction set and the host's memory.

import { readFile } from 'node:fs/promises';
import os from 'node:os';
import process from 'node:process';
import { bytes, createHardwareClass, type SlotGroup } from '@pareto/core';
import { deviceName } from '../devices/device-description.js';

/** Returns the slots of the cpu, with the memory split over them. Default: one slot per core. */
export async function cpuGroup(requestedSlots: number | undefined, memoryBytes: number): Promise<SlotGroup> {
  const slots = requestedSlots ?? os.availableParallelism();
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const hardwareClass = createHardwareClass({
    provider: 'cpu',
    device: deviceName(os.cpus()[0]?.model ?? os.arch()),
    instructionSet: instructionSet(text, os.arch()),
  });
  const memoryPerSlot = bytes(Math.floor(memoryBytes / slots));
  return { hardwareClass, slots, driver: '', memoryPerSlot, deviceMemoryBytes: bytes(0), deviceId: '' };
}

/** Returns the memory limit of the cgroup, or the host's memory if there is none. */
export function hostMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
}

const x86Sets = [
  ['avx512_vnni', 'avx512-vnni'],
  ['avx_vnni', 'avx2-vnni'],
  ['avx512f', 'avx512'],
  ['avx2', 'avx2'],
  ['avx', 'avx'],
] as const;
const armSets = [
  ['i8mm', 'neon-i8mm'],
  ['asimddp', 'neon-dotprod'],
] as const;

/**
 * Returns the best instruction set that ONNX Runtime's kernels distinguish. Outputs of int8 models differ between
 * these.
 */
export function instructionSet(cpuinfo: string, arch: string): string {
  const flags = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(' ') ?? []);
  const sets = arch === 'arm64' ? armSets : x86Sets;
  return sets.find(([flag]) => flags.has(flag))?.[1] ?? (arch === 'arm64' ? 'neon' : 'sse');
}
