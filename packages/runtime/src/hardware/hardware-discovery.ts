// Discovers the hardware of this host: device slots by hardware class, and the memory for replicas.

import { bytes, createHardwareClass, errorText, ParetoError, type Bytes, type SlotGroup } from '@pareto/core';
import { cpuGroup, hostMemory } from './cpu-hardware.js';
import { deviceProviders, isDeviceProvider, type DeviceProvider } from '../devices/device-provider.js';
import type { DeviceTrial } from '../devices/device-trial.js';
import type { ExecutorPool } from '../pool/executor-pool.js';

export interface HardwareOptions {
  /** Number of cpu slots. Default: one per core. A device always has one slot. */
  readonly slots: number | undefined;
  /** Memory for all replicas together. Default: three quarters of the memory of the host or its cgroup. */
  readonly memoryBytes: number | undefined;
  /**
   * Memory of each device for its replicas. Default: nine tenths of what `nvidia-smi` reports. A device without either
   * uses the memory of the host alone.
   */
  readonly deviceMemoryBytes?: number | undefined;
  /** Execution providers to serve with. `auto` means the cpu and every device that works. */
  readonly providers: readonly string[];
}

export interface Hardware {
  readonly slotGroups: readonly SlotGroup[];
  readonly memoryBytes: Bytes;
  readonly runtimeVersion: string;
  /** Devices that `auto` found but that do not work. */
  readonly absent: readonly AbsentDevice[];
}

export interface AbsentDevice {
  readonly provider: string;
  readonly reason: string;
}

const auto = 'auto';

/** Tests each device. Throws `failed-precondition` if a provider that was named does not work on this host. */
export async function discoverHardware(
  options: HardwareOptions,
  pool: Pick<ExecutorPool, 'runtime' | 'tryDevice'>,
): Promise<Hardware> {
  const runtime = await pool.runtime();
  const named = new Set(options.providers.filter((name) => name !== auto));
  const isAuto = options.providers.includes(auto);
  requireKnown(named, runtime.providers);

  const memoryBytes = options.memoryBytes ?? Math.floor(hostMemory() * 0.75);
  const slotGroups: SlotGroup[] = [];
  const absent: AbsentDevice[] = [];
  if (isAuto || named.has('cpu')) slotGroups.push(await cpuGroup(options.slots, memoryBytes));
  for (const provider of deviceProviders) {
    if (!named.has(provider) && !(isAuto && runtime.providers.includes(provider))) continue;
    try {
      slotGroups.push(deviceGroup(provider, await pool.tryDevice(provider), memoryBytes, options));
    } catch (error) {
      if (named.has(provider)) throw error;
      absent.push({ provider, reason: errorText(error) });
    }
  }
  return { slotGroups, memoryBytes: bytes(memoryBytes), runtimeVersion: runtime.version, absent };
}

function requireKnown(named: ReadonlySet<string>, built: readonly string[]): void {
  for (const provider of named) {
    if (provider === 'cpu' || (isDeviceProvider(provider) && built.includes(provider))) continue;
    const here = ['cpu', ...deviceProviders.filter((name) => built.includes(name)), auto];
    const why = isDeviceProvider(provider) ? 'is not in this build of ONNX Runtime' : 'is not supported';
    throw new ParetoError(
      'failed-precondition',
      `execution provider ${provider} ${why}; use --providers with any of ${here.join(', ')}`,
    );
  }
}

/** The share of a device's memory for replicas. Drivers and the processes themselves take the rest. */
const deviceShare = 0.9;

/** Returns the slots of a device: a single one, because a device runs one batch at a time. */
function deviceGroup(
  provider: DeviceProvider,
  { device, driver, memoryBytes, id }: DeviceTrial,
  hostBytes: number,
  { deviceMemoryBytes }: Pick<HardwareOptions, 'deviceMemoryBytes'>,
): SlotGroup {
  return {
    hardwareClass: createHardwareClass({ provider, device, instructionSet: 'none' }),
    slots: 1,
    driver,
    memoryPerSlot: bytes(memoryBytes ?? hostBytes),
    deviceMemoryBytes: bytes(deviceMemoryBytes ?? Math.floor((memoryBytes ?? 0) * deviceShare)),
    deviceId: id,
  };
}
