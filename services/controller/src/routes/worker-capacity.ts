// The workers that count for the routing table, and what they can hold.

import type { HardwareClassId, WorkerInfo } from '@pareto/core';
import { hostedBy, type SizedOption } from '@pareto/policy';
import type { ClusterView } from '../cluster/observe.js';

export interface WorkerCapacity {
  /** Workers that are connected or awaited. */
  readonly present: readonly { readonly info: WorkerInfo }[];
  /** Returns whether some schedulable worker could hold a variant on a hardware class if it were empty. */
  readonly isHosted: (option: SizedOption) => boolean;
  /** Hardware classes of the slots of the schedulable workers, by provider. */
  readonly byProvider: ReadonlyMap<string, ReadonlySet<HardwareClassId>>;
}

export function observeWorkerCapacity({ records, fleet, now, leadingSince }: ClusterView): WorkerCapacity {
  const present: { readonly info: WorkerInfo }[] = [];
  const schedulable: { readonly info: WorkerInfo; readonly presence: 'connected' }[] = [];
  const byProvider = new Map<string, Set<HardwareClassId>>();
  for (const { value } of records.workers.values()) {
    if (fleet.presence(value.info.id, now, leadingSince) === 'gone') continue;
    const info = fleet.session(value.info.id)?.info ?? value.info;
    present.push({ info });
    if (value.draining || !fleet.isExpected(info.id, now, leadingSince)) continue;
    schedulable.push({ info, presence: 'connected' });
    for (const { hardwareClass, slots } of info.slotGroups) {
      if (slots === 0) continue;
      const classes = byProvider.get(hardwareClass.provider) ?? new Set();
      byProvider.set(hardwareClass.provider, classes.add(hardwareClass.id));
    }
  }
  return { present, isHosted: hostedBy(schedulable), byProvider };
}
