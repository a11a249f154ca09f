// The model autoscalers of all workers.

import { groupBy, type VariantId, type WorkerId } from '@pareto/core';
import type { ReplicaPlanner, ServingReplica } from '../../../policies/serving-policy.js';
import { countReplicas } from '../../options/count-replicas.js';
import type { InfaasVariant } from '../infaas-variant.js';
import type { ObservedFleet, ObservedGroup } from '../observed-fleet.js';
import type { InfaasParams } from '../params.js';
import { planScaling } from './plan-scaling.js';
import { planTick, type ScalingTick } from './plan-tick.js';

interface Placed {
  readonly variant: VariantId;
  readonly worker: WorkerId;
}

export function createScalingPlanner(
  variants: readonly InfaasVariant[],
  fleet: ObservedFleet,
  params: InfaasParams,
): ReplicaPlanner {
  const families = groupBy(variants, familyOf);
  /** Ticks in a row in which a replica of a variant was too many, by worker and family. */
  const tooMany = new Map<string, ReadonlyMap<string, number>>();

  function tickOf(family: string, worker: WorkerId, groups: readonly ObservedGroup[]): ScalingTick {
    const use = fleet.workers.get(worker);
    const snapshot = {
      running: groups.flatMap(({ variant, ready, qps }) => (ready > 0 ? [{ variant, replicas: ready, qps }] : [])),
      loading: new Set(groups.flatMap(({ variant, loading }) => (loading > 0 ? [variant.name] : []))),
      known: families.get(family) ?? [],
      ...{ freeBytes: use?.freeBytes ?? 0, slots: use?.slots ?? 0 },
    };
    const key = `${worker} ${family}`;
    const tick = planTick(planScaling(snapshot, params), snapshot, tooMany.get(key) ?? new Map(), params);
    tooMany.set(key, tick.tooMany);
    return tick;
  }
  /** Returns the replicas that a worker should have, of those that it has. */
  function scale(worker: WorkerId, groups: readonly ObservedGroup[]): readonly Placed[] {
    const kept = groups.flatMap(({ replicas }) => replicas);
    const loaded: Placed[] = [];
    for (const [family, own] of groupBy(groups, ({ variant }) => familyOf(variant))) {
      const { loads, unloads } = tickOf(family, worker, own);
      for (const { variant, count } of loads)
        for (let index = 0; index < count; index += 1) {
          fleet.expectLoad(variant, worker);
          loaded.push({ variant: variant.option.variant, worker });
        }
      for (const { variant, count } of unloads)
        // The next tick unloads what another load would only take the place of.
        if (!loads.some((one) => one.variant.option === variant.option)) unload(variant, count, kept);
    }
    return [...kept.map(({ variant }) => ({ variant, worker })), ...loaded];
  }
  function unload(variant: InfaasVariant, count: number, kept: ServingReplica[]): void {
    for (let index = 0; index < count; index += 1) {
      const alike = kept.filter((one) => one.variant === variant.option.variant);
      const drained = fleet.roles.forget(variant, alike);
      if (drained !== undefined) kept.splice(kept.indexOf(drained), 1);
    }
  }
  return {
    everyMs: params.tickMs,
    plan(view) {
      const byWorker = groupBy(fleet.observe(view), ({ worker }) => worker.id);
      const scaled = [...byWorker].flatMap(([worker, groups]) => scale(worker, groups));
      const requested = fleet.takeRequested().map(({ variant, worker }) => {
        fleet.expectLoad(variant, worker);
        return { variant: variant.option.variant, worker };
      });
      return countReplicas([...scaled, ...requested]);
    },
  };
}

/** Variants of one architecture on one hardware class replace each other on a worker. */
const familyOf = ({ option }: InfaasVariant): string => `${option.architecture} ${option.hardwareClass}`;
