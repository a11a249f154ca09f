// The memories of a worker in a ledger: that of the host, and that of each device with memory of its own.

import { formatBytes, type WorkerInfo } from '@pareto/core';
import type { Footprint } from '../context/footprint.js';

/** A memory of a worker. It changes while a plan is made. */
export interface MemoryPool {
  readonly kind: 'memory' | 'device memory';
  readonly totalBytes: number;
  /** Free bytes now. Negative if a waiting load has reserved more. */
  freeBytes: number;
  /** Free bytes once all unloads are done. */
  freeBytesAfterUnload: number;
}

type WorkerSlots = WorkerInfo['slotGroups'][number];
type FreeBytes = 'freeBytes' | 'freeBytesAfterUnload';

export const createPool = (kind: MemoryPool['kind'], bytes: number): MemoryPool => ({
  kind,
  totalBytes: bytes,
  freeBytes: bytes,
  freeBytesAfterUnload: bytes,
});

/** Returns the part of a footprint that a memory holds. */
export const bytesIn = ({ kind }: MemoryPool, of: Footprint): number =>
  kind === 'memory' ? of.memoryBytes : of.deviceMemoryBytes;

/** Returns the first of the memories that lacks bytes for a footprint. Undefined if it fits. */
export function lackingPool(pools: readonly MemoryPool[], of: Footprint, free: FreeBytes): MemoryPool | undefined {
  for (const pool of pools) {
    const bytes = free === 'freeBytes' ? pool.freeBytes : pool.freeBytesAfterUnload;
    if (bytes < bytesIn(pool, of)) return pool;
  }
  return undefined;
}

export const fits = (pools: readonly MemoryPool[], of: Footprint, free: FreeBytes): boolean =>
  lackingPool(pools, of, free) === undefined;

/** Returns whether a part of each memory stays free next to a footprint. */
export const leavesFree = (pools: readonly MemoryPool[], of: Footprint, part: number): boolean =>
  pools.every((pool) => bytesIn(pool, of) === 0 || pool.freeBytes - bytesIn(pool, of) >= part * pool.totalBytes);

/** Returns the bytes that lack: of a device's memory where that of its worker suffices, else of the workers' memory. */
export function lackText(places: readonly (readonly MemoryPool[])[], of: Footprint): string {
  const lacking = places.map((pools) => lackingPool(pools, of, 'freeBytes'));
  const isOfDevice = lacking.some((pool) => pool?.kind === 'device memory');
  return isOfDevice ? `${formatBytes(of.deviceMemoryBytes)} of device memory` : formatBytes(of.memoryBytes);
}

/** Takes the bytes of a footprint from each memory. */
export function reserve(pools: Iterable<MemoryPool>, of: Footprint): void {
  for (const pool of pools) {
    pool.freeBytes -= bytesIn(pool, of);
    pool.freeBytesAfterUnload -= bytesIn(pool, of);
  }
}

const noPools: ReadonlyMap<WorkerSlots, MemoryPool> = new Map();

/** Returns the memories of the devices that have their own, by slot group. Groups on one device have the same. */
export function createDevicePools({ slotGroups }: WorkerInfo): ReadonlyMap<WorkerSlots, MemoryPool> {
  if (slotGroups.every(({ deviceMemoryBytes }) => deviceMemoryBytes === 0)) return noPools;
  const byDevice = new Map<string, MemoryPool>();
  const pools = new Map<WorkerSlots, MemoryPool>();
  for (const group of slotGroups) {
    const { deviceMemoryBytes, deviceId } = group;
    if (deviceMemoryBytes === 0) continue;
    const pool = byDevice.get(deviceId) ?? createPool('device memory', deviceMemoryBytes);
    byDevice.set(deviceId, pool);
    pools.set(group, pool);
  }
  return pools;
}
