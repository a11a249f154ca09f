// The cpu as hardware to serve with: its slots, its kernels' instruction set, the host's memory.

import { readFile } from 'node:fs/promises';
import os from 'node:os';
import process from 'node:process';
import { bytes, createHardwareClass, type SlotGroup } from '@pareto/core';
import { deviceName } from '../devices/device-description.js';

/** One class of slots, with the memory split over them; undefined: one per core. */
export async function cpuGroup(wanted: number | undefined, memoryBytes: number): Promise<SlotGroup> {
  const slots = wanted ?? os.availableParallelism();
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const hardwareClass = createHardwareClass({
    provider: 'cpu',
    device: deviceName(os.cpus()[0]?.model ?? os.arch()),
    instructionSet: instructionSet(text, os.arch()),
    memoryPerSlot: bytes(Math.floor(memoryBytes / slots)),
  });
  return { hardwareClass, slots, driver: '' };
}

/** Of the cgroup where it is limited, else of the host. */
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

/** The most that ONNX Runtime's kernels tell apart: int8 answers differ between these. */
export function instructionSet(cpuinfo: string, arch: string): string {
  const flags = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(' ') ?? []);
  const sets = arch === 'arm64' ? armSets : x86Sets;
  return sets.find(([flag]) => flags.has(flag))?.[1] ?? (arch === 'arm64' ? 'neon' : 'sse');
}
