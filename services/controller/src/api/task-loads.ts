// The load of each task, which `pareto top` shows: rates, latencies, attainment, held queries and share of the price.

import { addTo, latencyQuantile, priceOf, type SlotGroup, type VariantId } from '@pareto/core';
import { defaultDemandParams, sumOutcomes, type TargetOutcomes, type TargetRates } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import type { ClusterView } from '../cluster/observe.js';
import { taskOfTarget, versionKey } from '../registry/registry-view.js';

export function taskLoads(view: ClusterView): wire.TaskLoadInput[] {
  const { demand, now, registry } = view;
  const rates = [...demand.byTarget(now)];
  const outcomes = [...demand.outcomes(now)];
  const held = [...demand.held(now)];
  const ready = readyReplicas(view);
  return [...registry.tasks.keys()].map((task) => {
    const isOwn = ([target]: readonly [string, unknown]): boolean => taskOfTarget(registry, target) === task;
    const own = rates.filter(isOwn).map(([, rate]) => rate);
    const sum = (key: keyof TargetRates): number => own.reduce((total, rate) => total + rate[key], 0);
    const variants = ready.flatMap((replica) => (replica.task === task ? [replica.variant] : []));
    return {
      task,
      requestsPerSecond: sum('requestsPerSecond'),
      refusedPerSecond: sum('refusedPerSecond'),
      violationsPerSecond: sum('violationsPerSecond'),
      variantsReady: [...new Set(variants)].sort(),
      usdPerHour: priceShare(ready, task),
      held: held.filter(isOwn).reduce((total, [, count]) => total + count, 0),
      ...describeOutcomes(outcomes.filter(isOwn).map(([, each]) => each)),
    };
  });
}

/** Returns the sum of the outcomes of all targets of a task. */
function describeOutcomes(outcomes: readonly TargetOutcomes[]): Partial<wire.TaskLoadInput> {
  const { queries, attained, failed, infeasible, latencyCounts, itemsByVariant } = sumOutcomes(outcomes);
  const p50Ms = latencyQuantile(latencyCounts, 0.5);
  const p99Ms = latencyQuantile(latencyCounts, 0.99);
  const perSecond = 1000 / defaultDemandParams.outcomesMs;
  return {
    ...(p50Ms === undefined || p99Ms === undefined ? {} : { p50Ms, p99Ms }),
    ...(queries > 0 ? { attainment: attained / queries, infeasibleShare: infeasible / queries } : {}),
    failedPerSecond: failed * perSecond,
    itemsPerSecondByVariant: Object.fromEntries(
      Array.from(itemsByVariant, ([variant, items]) => [variant, items * perSecond]),
    ),
  };
}

interface ReadyReplica {
  readonly task: string;
  readonly variant: VariantId;
  /** Slot group that the replica runs on. */
  readonly group: SlotGroup;
  /** Price of one slot of the group. */
  readonly usdPerHour: number;
}

function readyReplicas(view: ClusterView): readonly ReadyReplica[] {
  const { registry, records, fleet, prices, now, leadingSince } = view;
  return Array.from(records.workers.values(), ({ value: { info } }) => fleet.session(info.id)?.info ?? info)
    .filter(({ id }) => fleet.presence(id, now, leadingSince) !== 'gone')
    .flatMap(({ id, slotGroups }) =>
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

/** Returns the price of a task in USD per hour. The price of a slot group is split evenly over its replicas. */
function priceShare(ready: readonly ReadyReplica[], task: string): number {
  const sharing = new Map<SlotGroup, number>();
  for (const { group } of ready) addTo(sharing, group, 1);
  return ready
    .filter((replica) => replica.task === task)
    .reduce((sum, { group, usdPerHour }) => sum + (group.slots * usdPerHour) / (sharing.get(group) ?? 1), 0);
}
