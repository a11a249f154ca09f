// What this host has to serve with: its device slots by hardware class, and the memory for them.

import { readFile } from 'node:fs/promises';
import os from 'node:os';
import process from 'node:process';
import { bytes, createHardwareClass, ParetoError, type Bytes, type SlotGroup } from '@pareto/core';
import type { RuntimeInfo } from './executor-pool.js';

export interface HardwareOptions {
  /** Undefined: one per core. */
  readonly slots: number | undefined;
  /** For all replicas together; undefined: three quarters of what the host or its cgroup has. */
  readonly memoryBytes: number | undefined;
  /** Execution providers to serve with; `cpu` is the one that is served now. */
  readonly providers: readonly string[];
}

export interface Hardware {
  readonly slotGroups: readonly SlotGroup[];
  readonly memoryBytes: Bytes;
  readonly runtimeVersion: string;
}

/** Throws `failed-precondition` for a provider that can't be served here. */
export async function discoverHardware(options: HardwareOptions, runtime: RuntimeInfo): Promise<Hardware> {
  for (const provider of options.providers) {
    if (provider === 'cpu') continue;
    const why = runtime.providers.includes(provider)
      ? 'has no slots on this worker yet'
      : 'is not in this build of ONNX Runtime';
    throw new ParetoError('failed-precondition', `execution provider ${provider} ${why}: use --providers cpu`);
  }
  const slots = options.slots ?? os.availableParallelism();
  const memoryBytes = options.memoryBytes ?? Math.floor(hostMemory() * 0.75);
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const hardwareClass = createHardwareClass({
    provider: 'cpu',
    device: deviceName(os.cpus()[0]?.model ?? os.arch()),
    instructionSet: instructionSet(text, os.arch()),
    memoryPerSlot: bytes(Math.floor(memoryBytes / slots)),
  });
  return { slotGroups: [{ hardwareClass, slots, driver: '' }], memoryBytes: bytes(memoryBytes), runtimeVersion: runtime.version };
}

/** Of the cgroup where it is limited, else of the host. */
function hostMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
}

/** `AMD EPYC 9B14 96-Core Processor` → `amd-epyc-9b14`. */
export function deviceName(model: string): string {
  const words = model
    .toLowerCase()
    .replace(/\((r|tm)\)|@.*$|\b\d+-core\b|\b(cpu|processor)\b/g, ' ')
    .split(/[^a-z0-9.]+/);
  return words.filter((word) => word !== '').join('-') || 'unknown';
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
