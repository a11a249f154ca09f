// What the hosts of a run cost, and how they are used.

import { priceOf, type HardwareClassId, type VariantId, type WorkerInfo } from '@pareto/core';
import { batchCeiling, p50At } from '@pareto/policy';
import type { Cluster } from '../cluster/cluster.js';
import { latencyOf, profileOf, variantWithId } from '../cluster/registry.js';
import type { WorkerObserver } from '../serving/worker.js';
import { createLevel, type Level } from './level.js';

export interface UsageOptions {
  readonly cluster: Cluster;
  /** Time that counts, in steps of `stepMs` from `startsAt` on. The last one may be shorter. */
  readonly durationMs: number;
  readonly stepMs: number;
  readonly startsAt: number;
}

export interface Usage {
  readonly observerOf: (worker: WorkerInfo) => WorkerObserver;
  /** Pays for the host of a worker from now on, until it is empty after its first load, or ends. */
  request(worker: WorkerInfo, now: number): void;
  /** Counts until now. */
  advance(now: number): void;
  /** Counts until the end of a step. */
  endStep(step: number, now: number): void;
  /** Returns the ready replicas of each variant on each class now. */
  readonly ready: ReadonlyMap<VariantId, ReadonlyMap<HardwareClassId, number>>;
  /** Cost of each step, from the first load of a worker, or the request of its host, until it is empty. */
  readonly usd: Float64Array;
  /** Slots that run batches and slots that are paid for, times ms. */
  readonly busySlotMs: Float64Array;
  readonly usedSlotMs: Float64Array;
  /** Items per second that the ready replicas could run, at the end of each step. */
  readonly capacity: Float64Array;
}

const msPerHour = 3_600_000;

export function createUsage({ cluster, durationMs, stepMs, startsAt }: UsageOptions): Usage {
  const create = (): Level => createLevel(durationMs, stepMs, startsAt);
  const [usd, busySlots, usedSlots] = [create(), create(), create()];
  const capacity = new Float64Array(usd.sums.length);
  const ready = new Map<VariantId, Map<HardwareClassId, number>>();
  /** Workers whose hosts are paid for, although they have loaded nothing yet. */
  const requested = new Set<WorkerInfo>();
  let capacityNow = 0;

  function advance(now: number): void {
    for (const level of [usd, busySlots, usedSlots]) level.advance(now);
  }
  /** Begins to pay for a worker, or ends it. */
  function pay({ slotGroups: [group] }: WorkerInfo, isPaid: boolean, now: number): void {
    const price = group === undefined ? 0 : (priceOf(cluster.prices, group.hardwareClass.id) ?? 0);
    const slots = (isPaid ? 1 : -1) * (group?.slots ?? 0);
    usedSlots.add(slots, now);
    usd.add((slots * price) / msPerHour, now);
  }
  /** Returns the items per second that a replica runs in batches of its ceiling, if it has a slot. */
  function rateOf(id: VariantId, hardwareClass: HardwareClassId): number {
    const variant = variantWithId(cluster, id);
    const profile = profileOf(variant, hardwareClass);
    const ceiling = batchCeiling(profile, latencyOf(cluster, variant.variant.task));
    return (1_000 * ceiling) / p50At(profile, ceiling);
  }
  return {
    ready,
    capacity,
    advance,
    usd: usd.sums,
    busySlotMs: busySlots.sums,
    usedSlotMs: usedSlots.sums,
    request(worker, now) {
      requested.add(worker);
      pay(worker, true, now);
    },
    observerOf(worker) {
      const slots = worker.slotGroups[0]?.slots ?? 0;
      let [count, rates, own] = [0, 0, 0];
      return {
        onReady(variant, hardwareClass, isReady) {
          const difference = isReady ? 1 : -1;
          const byClass = ready.get(variant) ?? new Map<HardwareClassId, number>();
          ready.set(variant, byClass.set(hardwareClass, (byClass.get(hardwareClass) ?? 0) + difference));
          count += difference;
          rates += difference * rateOf(variant, hardwareClass);
          const next = count === 0 ? 0 : (rates / count) * Math.min(count, slots);
          capacityNow += next - own;
          own = next;
        },
        onOccupied(isOccupied, now) {
          if (!isOccupied || !requested.delete(worker)) pay(worker, isOccupied, now);
        },
        onEnded(now) {
          if (requested.delete(worker)) pay(worker, false, now);
        },
        onBusy: (isBusy, now) => busySlots.add(isBusy ? 1 : -1, now),
      };
    },
    endStep(step, now) {
      advance(now);
      capacity[step] = capacityNow;
    },
  };
}
