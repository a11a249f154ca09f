// Each task's share of the cluster's load and price, for people who look.

import { architectureNamed, priceOf, type SlotGroup, type VariantId } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { TargetRates } from './demand-book.js';
import type { Scene } from './observe.js';
import { versionKey } from './registry-view.js';

export function taskLoads(scene: Scene): wire.TaskLoadInput[] {
  const rates = scene.demand.byTarget(scene.now);
  const ready = readyReplicas(scene);
  return [...scene.registry.tasks.keys()].map((task) => {
    const own = [...rates].filter(([target]) => taskOf(scene, target) === task).map(([, rate]) => rate);
    const sum = (key: keyof TargetRates): number => own.reduce((total, rate) => total + rate[key], 0);
    const variants = ready.flatMap((replica) => (replica.task === task ? [replica.variant] : []));
    return {
      task,
      requestsPerSecond: sum('requestsPerSecond'),
      refusedPerSecond: sum('refusedPerSecond'),
      violationsPerSecond: sum('violationsPerSecond'),
      variantsReady: [...new Set(variants)].sort(),
      usdPerHour: priceShare(ready, task),
    };
  });
}

/** Of a task's own name, one of its architectures' or one of its variants'. */
function taskOf({ registry }: Scene, target: string): string | undefined {
  if (registry.tasks.has(target)) return target;
  return registry.architectures.get(architectureNamed(target))?.[0]?.task;
}

interface ReadyReplica {
  readonly task: string;
  readonly variant: VariantId;
  /** Where it is. */
  readonly group: SlotGroup;
  /** Of a slot there. */
  readonly usdPerHour: number;
}

function readyReplicas({ registry, records, fleet, prices }: Scene): readonly ReadyReplica[] {
  return Array.from(records.workers.values(), ({ value: { info } }) => fleet.session(info.id)?.info ?? info).flatMap(
    ({ id, slotGroups }) =>
      (registry.assignments.get(id) ?? []).flatMap((assignment): readonly ReadyReplica[] => {
        const { replica, variant, version, hardwareClass } = assignment;
        const group = slotGroups.find((each) => each.hardwareClass.id === hardwareClass);
        const task = registry.versions.get(versionKey(variant, version))?.variant.task;
        const isReady = fleet.replicas(id).get(replica)?.report.state === 'ready';
        if (!isReady || group === undefined || task === undefined) return [];
        return [{ task, variant, group, usdPerHour: priceOf(prices, hardwareClass) ?? 0 }];
      }),
  );
}

/** What a worker's slots of one class cost is split evenly over the replicas that share them. */
function priceShare(ready: readonly ReadyReplica[], task: string): number {
  const sharing = new Map<SlotGroup, number>();
  for (const { group } of ready) sharing.set(group, (sharing.get(group) ?? 0) + 1);
  return ready
    .filter((replica) => replica.task === task)
    .reduce((sum, { group, usdPerHour }) => sum + (group.slots * usdPerHour) / (sharing.get(group) ?? 1), 0);
}
