// The demand as a solution divides it among variants and hardware classes, for the rates of now.

import { oncePer, type HardwareClassId, type Milliseconds, type VariantId, type WorkerId } from '@pareto/core';
import type { DivisionInput, VariantDemand } from './divide-demand.js';
import type { Option } from './options.js';
import type { Demand, PlacementSnapshot } from '../../snapshot/snapshot.js';
import { countReplicas, fullestFirst, listHostKinds } from './host-kinds.js';
import type { Solution, SolvedShare } from '../../snapshot/solution.js';

/** Returns the key of the group of a demand: its variants, the half octave of its latency, and its preference. */
export const groupKey: (demand: Demand) => string = oncePer(
  ({ variants, latencyMs, prefersAccuracy = false }) =>
    `${Math.floor(2 * Math.log2(latencyMs))} ${prefersAccuracy ? 'accurate' : 'cheap'} ${variants.join(' ')}`,
);

/** Returns the items per second of each group of demands. */
export const ratesOf: (demands: readonly Demand[]) => ReadonlyMap<string, number> = oncePer((demands) => {
  const rates = new Map<string, number>();
  for (const demand of demands) {
    const key = groupKey(demand);
    rates.set(key, (rates.get(key) ?? 0) + demand.itemsPerSecond);
  }
  return rates;
});

export interface SolvedDemands {
  readonly demands: readonly VariantDemand[];
  /** Demands that the solution does not know. */
  readonly others: readonly Demand[];
}

interface ClassLoad {
  readonly option: Option;
  load: number;
}

interface VariantLoad {
  latencyMs: Milliseconds;
  itemsPerSecond: number;
  /** Items per second that the solution does not answer. */
  restPerSecond: number;
  readonly byClass: Map<HardwareClassId, ClassLoad>;
}

/** Divides each demand as the solution does, in proportion to its rate now. Replicas follow it. */
export function applySolution(input: DivisionInput, solution: Solution): SolvedDemands {
  const byGroup = new Map<string, SolvedShare[]>();
  for (const share of solution.shares)
    for (const group of share.items.keys()) {
      const own = byGroup.get(group);
      if (own === undefined) byGroup.set(group, [share]);
      else own.push(share);
    }
  const loads = new Map<VariantId, VariantLoad>();
  const others: Demand[] = [];
  const rates = ratesOf(input.snapshot.demand);
  for (const demand of input.snapshot.demand) {
    const key = groupKey(demand);
    const planned = {
      ...{ key, shares: byGroup.get(key) ?? [] },
      ...{ plannedPerSecond: solution.rates.get(key) ?? 0, ratePerSecond: rates.get(key) ?? 0 },
    };
    if (!addDemand(input, loads, demand, planned)) others.push(demand);
  }
  const demands = Array.from(loads, ([variant, { latencyMs, itemsPerSecond, byClass }]): VariantDemand => {
    const shares = Array.from(byClass.values(), ({ option, load }) => ({
      ...{ option, load, replicas: Math.ceil(load / input.params.targetUtilisation) },
    }));
    return { variant, options: input.optionsWithin(variant, latencyMs), itemsPerSecond, shares };
  });
  const rests = Array.from(loads).flatMap(([variant, { latencyMs, restPerSecond }]): readonly VariantDemand[] =>
    restPerSecond > 0
      ? [{ variant, options: input.optionsWithin(variant, latencyMs), itemsPerSecond: restPerSecond, isRest: true }]
      : [],
  );
  return { demands: [...demands, ...rests], others };
}

/** The part of a solution that answers a group of demands. */
interface PlannedGroup {
  readonly key: string;
  readonly shares: readonly SolvedShare[];
  readonly plannedPerSecond: number;
  /** Items per second of the group now. */
  readonly ratePerSecond: number;
}

/** Part of what the solution answers that the classes of the fleet must still answer. Less says nothing about the rest. */
const leastPart = 0.5;
/** Part of a rate that is due to the tolerance of solvers. */
const tolerance = 1e-6;

/**
 * Adds the load of a demand, as far as the solution answers it. Returns false if the solution has no classes for most of that which workers
 * still have.
 */
function addDemand(
  { optionsWithin, isHosted }: DivisionInput,
  loads: Map<VariantId, VariantLoad>,
  demand: Demand,
  { key, shares, plannedPerSecond, ratePerSecond }: PlannedGroup,
): boolean {
  const { latencyMs, itemsPerSecond } = demand;
  const parts = shares.flatMap((share) => {
    const { variant, hardwareClass, items } = share;
    const option = optionsWithin(variant, latencyMs).find((one) => one.hardwareClass === hardwareClass);
    const own = items.get(key);
    return own !== undefined && option !== undefined && isHosted(option) ? [{ variant, option, ...own }] : [];
  });
  const total = parts.reduce((sum, { perSecond }) => sum + perSecond, 0);
  const answeredPerSecond = shares.reduce((sum, { items }) => sum + (items.get(key)?.perSecond ?? 0), 0);
  if (total <= 0 || total < leastPart * answeredPerSecond) return false;
  const answeredPart = Math.max(answeredPerSecond / plannedPerSecond, answeredPerSecond / ratePerSecond);
  const answered = answeredPart > 1 - tolerance ? itemsPerSecond : answeredPart * itemsPerSecond;
  for (const { variant, option, perSecond, slots } of parts) {
    const rate = (answered * perSecond) / total;
    const own: VariantLoad = loads.get(variant) ?? {
      ...{ latencyMs, itemsPerSecond: 0, restPerSecond: 0, byClass: new Map() },
    };
    loads.set(variant, own);
    own.itemsPerSecond += rate;
    own.restPerSecond += ((itemsPerSecond - answered) * perSecond) / total;
    if (latencyMs < own.latencyMs) own.latencyMs = latencyMs;
    const ofClass = own.byClass.get(option.hardwareClass) ?? { option, load: 0 };
    own.byClass.set(option.hardwareClass, ofClass);
    ofClass.load += (rate * slots) / perSecond;
  }
  return true;
}

/** Returns the workers that a solution leaves empty: of each kind all but as many as it uses, which are those with the most replicas. */
export function sparedWorkers(
  { workers, replicas, prices }: PlacementSnapshot,
  solution: Solution,
): ReadonlySet<WorkerId> {
  const spared = new Set<WorkerId>();
  const counts = countReplicas(replicas);
  for (const kind of listHostKinds(workers, prices)) {
    const used = solution.hosts.get(kind.key) ?? kind.workers.length;
    for (const worker of fullestFirst(kind, counts).slice(used)) spared.add(worker);
  }
  return spared;
}
