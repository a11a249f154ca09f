// The workers that count for the routing table, and their memory by hardware class.

import type { HardwareClassId, WorkerInfo } from '@pareto/core';
import type { ClusterView } from '../cluster/observe.js';

export interface WorkerCapacity {
  /** Workers that are connected or awaited. */
  readonly present: readonly { readonly info: WorkerInfo }[];
  /** Memory of the largest schedulable worker, by the hardware classes of its slots. */
  readonly maxMemoryBytes: ReadonlyMap<HardwareClassId, number>;
  /** The same hardware classes by provider. */
  readonly byProvider: ReadonlyMap<string, ReadonlySet<HardwareClassId>>;
}

export function observeWorkerCapacity({ records, fleet, now, leadingSince }: ClusterView): WorkerCapacity {
  const present: { readonly info: WorkerInfo }[] = [];
  const maxMemoryBytes = new Map<HardwareClassId, number>();
  const byProvider = new Map<string, Set<HardwareClassId>>();
  for (const { value } of records.workers.values()) {
    if (fleet.presence(value.info.id, now, leadingSince) === 'gone') continue;
    const info = fleet.session(value.info.id)?.info ?? value.info;
    present.push({ info });
    if (value.draining || !fleet.isExpected(info.id, now, leadingSince)) continue;
    for (const { hardwareClass, slots } of info.slotGroups) {
      if (slots === 0) continue;
      maxMemoryBytes.set(hardwareClass.id, Math.max(info.memoryBytes, maxMemoryBytes.get(hardwareClass.id) ?? 0));
      const classes = byProvider.get(hardwareClass.provider) ?? new Set();
      byProvider.set(hardwareClass.provider, classes.add(hardwareClass.id));
    }
  }
  return { present, maxMemoryBytes, byProvider };
}
