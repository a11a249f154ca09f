// The demands of a snapshot, as far as a program tells them apart.

import { oncePer, sameItems, type HardwareClassId, type Milliseconds, type VariantId } from '@pareto/core';
import { groupKey } from '../context/apply-solution.js';
import type { PlanningContext } from '../context/context.js';
import type { Demand } from '../../snapshot/snapshot.js';
import { slotSeconds } from './slot-seconds.js';

/** A variant on a hardware class that can answer a group. */
interface GroupOption {
  readonly hardwareClass: HardwareClassId;
  /** Returns the time that an item takes on workers with so many slots of the class, from `slotSeconds`. */
  readonly secondsOn: (slots: number) => number | undefined;
  /** Part of the greatest accuracy of the group's variants that its answers lack. */
  readonly accuracyLoss: number;
}

/** Demands for the same variants within about the same time. */
export interface DemandGroup {
  readonly key: string;
  readonly itemsPerSecond: number;
  readonly latencyMs: Milliseconds;
  readonly prefersAccuracy: boolean;
  /** Measured options on classes that workers have, by variant. */
  readonly options: ReadonlyMap<VariantId, readonly GroupOption[]>;
}

/** Groups the demands of a snapshot. Some may have no options. */
export function groupDemands(
  context: PlanningContext,
  { reserve }: { readonly reserve: number },
): readonly DemandGroup[] {
  const sums = new Map<string, { readonly of: Demand; latencyMs: Milliseconds; itemsPerSecond: number }>();
  for (const demand of context.snapshot.demand) {
    const { latencyMs, itemsPerSecond } = demand;
    const key = groupKey(demand);
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { of: demand, latencyMs, itemsPerSecond });
    else {
      known.itemsPerSecond += itemsPerSecond;
      if (latencyMs < known.latencyMs) known.latencyMs = latencyMs;
    }
  }
  return Array.from(sums, ([key, { of, latencyMs, itemsPerSecond }]): DemandGroup => {
    const planned = itemsPerSecond * (1 + reserve);
    const options = optionsOf(context, of, latencyMs);
    const prefersAccuracy = of.prefersAccuracy === true;
    return { key, latencyMs, itemsPerSecond: planned, prefersAccuracy, options };
  });
}

interface ListedOptions {
  readonly basis: readonly unknown[];
  readonly options: DemandGroup['options'];
}

/** The options that were listed last for variants, by the latency. */
const listed: (variants: Demand['variants']) => Map<Milliseconds, ListedOptions> = oncePer(() => new Map());
/** Latencies that are kept of the same variants. */
const maxLatencies = 64;

/** Returns the options of a group. The same object as last time if they are the same: those of most groups do not change between two turns. */
function optionsOf(
  { snapshot: { slowdowns }, options: { served }, isHosted, params }: PlanningContext,
  { variants }: Demand,
  latencyMs: Milliseconds,
): DemandGroup['options'] {
  const own = variants.map((id) => ({
    ...{ id, slowdown: slowdowns.get(id) ?? 1 },
    options: (served.get(id) ?? []).filter((option) => option.profile !== undefined && isHosted(option)),
  }));
  const { targetUtilisation, maxLate } = params;
  const basis = [targetUtilisation, maxLate, ...own.flatMap(({ slowdown, options }) => [slowdown, ...options])];
  const byLatency = listed(variants);
  const known = byLatency.get(latencyMs);
  if (known !== undefined && sameItems(known.basis, basis)) return known.options;
  const best = Math.max(0, ...own.flatMap(({ options }) => options.map(({ accuracy }) => accuracy)));
  const options = new Map(
    own
      .filter((one) => one.options.length > 0)
      .map(({ id, slowdown, options: measured }) => [
        id,
        measured.map(({ hardwareClass, profile, accuracy }) => ({
          hardwareClass,
          secondsOn: (slots: number) => profile && slotSeconds({ profile, slowdown, latencyMs, slots, params }),
          accuracyLoss: best > 0 ? Math.min(1, Math.max(0, best - accuracy) / best) : 0,
        })),
      ]),
  );
  if (byLatency.size >= maxLatencies) byLatency.clear();
  byLatency.set(latencyMs, { basis, options });
  return options;
}
