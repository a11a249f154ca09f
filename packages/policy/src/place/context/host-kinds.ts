// Workers that are alike, which a program counts together.

import { priceOf, type HardwareClassId, type PriceTable, type WorkerId } from '@pareto/core';
import type { PlacementWorker } from '../../snapshot/snapshot.js';

/** The slots of one hardware class on a worker. */
export interface KindSlots {
  readonly hardwareClass: HardwareClassId;
  readonly slots: number;
  /** Memory of the device. Infinity if it has none of its own. */
  readonly deviceMemoryBytes: number;
}

/** Workers with the same slots, memory and price. */
export interface HostKind {
  readonly key: string;
  readonly workers: readonly WorkerId[];
  readonly memoryBytes: number;
  readonly groups: readonly KindSlots[];
  /** USD per hour of a worker: the price of all its slots. Those of classes without a price cost nothing. */
  readonly usdPerHour: number;
}

/** Groups the workers that keep replicas: connected or awaited ones that do not drain. */
export function listHostKinds(workers: readonly PlacementWorker[], prices: PriceTable): readonly HostKind[] {
  const kinds = new Map<string, HostKind & { readonly workers: WorkerId[] }>();
  for (const { info, presence, draining } of workers) {
    if (presence === 'gone' || draining) continue;
    const groups = info.slotGroups.map(({ hardwareClass, slots, deviceMemoryBytes }): KindSlots => {
      return { hardwareClass: hardwareClass.id, slots, deviceMemoryBytes: deviceMemoryBytes || Infinity };
    });
    const key = [
      info.memoryBytes,
      ...groups.map((group) => `${group.hardwareClass} x ${group.slots} ${group.deviceMemoryBytes}`),
    ].join(', ');
    const known = kinds.get(key);
    if (known !== undefined) {
      known.workers.push(info.id);
      continue;
    }
    const usdPerHour = groups.reduce(
      (sum, { hardwareClass, slots }) => sum + slots * (priceOf(prices, hardwareClass) ?? 0),
      0,
    );
    kinds.set(key, { key, workers: [info.id], memoryBytes: info.memoryBytes, groups, usdPerHour });
  }
  return [...kinds.values()];
}
