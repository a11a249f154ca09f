// The split of demands over hardware classes and slots. Slot time is a resource like memory: a replica takes the share of
// a slot that its queries keep busy, at most the target utilisation.

import type { HardwareClassId } from '@pareto/core';
import type { PlanningContext } from '../context/context.js';
import type { Option } from '../context/options.js';
import type { Need, Problem } from '../needs/need.js';
import { minLoad, type Compute } from '../context/compute.js';
import { countByClass } from './split-by-class.js';
import type { Share } from '../context/share.js';

export interface DemandSplit {
  readonly shares: ReadonlyMap<Need, readonly Share[]>;
  /** Demands that the fleet can't meet, each with what it lacks. */
  readonly lacking: ReadonlyMap<Need, Problem>;
}

interface Demand {
  readonly need: Need;
  /** Existing replicas by class that the demand has not counted yet. */
  readonly existing: Map<HardwareClassId, number>;
  readonly shares: Map<Option, { replicas: number; load: number }>;
  itemsPerSecond: number;
}

/** Divides the compute among the demands in turns, one replica each, in every turn the smallest demand first. */
export function splitDemand(context: PlanningContext, compute: Compute, needs: readonly Need[]): DemandSplit {
  const lacking = new Map<Need, Problem>();
  const demands = needs.map((need) => createDemand(context, need));
  let open = demands.filter(({ itemsPerSecond }) => itemsPerSecond > 0);
  while (open.length > 0) {
    open = open.toSorted(smallestFirst).filter((demand) => {
      if (addReplica(context, compute, demand)) return demand.itemsPerSecond > 0;
      lacking.set(demand.need, lackOf(context, demand));
      return false;
    });
  }
  const shares = new Map(
    demands.map(({ need, shares: own }) => [
      need,
      Array.from(own, ([option, { replicas, load }]) => ({ option, replicas, load })),
    ]),
  );
  return { shares, lacking };
}

const loadOf = ({ need, itemsPerSecond }: Demand): number => itemsPerSecond * (need.options[0]?.secondsPerItem ?? 0);
const smallestFirst = (a: Demand, b: Demand): number => loadOf(a) - loadOf(b);

function createDemand(context: PlanningContext, need: Need): Demand {
  const [first] = need.options;
  const existing = countByClass(first === undefined ? [] : context.serving(first.variant.variant), false);
  const itemsPerSecond = 'itemsPerSecond' in need.amount ? need.amount.itemsPerSecond : 0;
  return { need, existing, shares: new Map(), itemsPerSecond };
}

/** Counts one more replica on the class of `pickOption`. Returns false if there is none. */
function addReplica(context: PlanningContext, compute: Compute, demand: Demand): boolean {
  const option = pickOption(context, compute, demand);
  if (option === undefined) return false;
  const { hardwareClass, secondsPerItem } = option;
  const wanted = demand.itemsPerSecond * secondsPerItem;
  const load = Math.min(wanted, context.params.targetUtilisation, compute.left(hardwareClass));
  compute.take(hardwareClass, load);
  demand.itemsPerSecond = wanted - load < minLoad ? 0 : (wanted - load) / secondsPerItem;
  demand.existing.set(hardwareClass, Math.max(0, (demand.existing.get(hardwareClass) ?? 0) - 1));
  const share = demand.shares.get(option) ?? { replicas: 0, load: 0 };
  demand.shares.set(option, { replicas: share.replicas + 1, load: share.load + load });
  return true;
}

/**
 * Returns the class of the next replica: one with an existing replica, otherwise the cheapest one that workers have. A
 * class with the time of a whole replica left is preferred to one with less.
 */
function pickOption(
  { params, isHosted }: PlanningContext,
  compute: Compute,
  { need: { options }, existing, itemsPerSecond }: Demand,
): Option | undefined {
  const isWhole = ({ hardwareClass, secondsPerItem }: Option): boolean =>
    compute.left(hardwareClass) + minLoad >= Math.min(itemsPerSecond * secondsPerItem, params.targetUtilisation);
  const isSome = ({ hardwareClass }: Option): boolean => compute.left(hardwareClass) > minLoad;
  const exists = ({ hardwareClass }: Option): boolean => (existing.get(hardwareClass) ?? 0) > 0;
  return (
    options.find((one) => exists(one) && isWhole(one)) ??
    options.find((one) => isHosted(one) && isWhole(one)) ??
    options.find((one) => (exists(one) || isHosted(one)) && isSome(one))
  );
}

function lackOf({ isHosted, budgetClause }: PlanningContext, { need: { options }, itemsPerSecond }: Demand): Problem {
  const hosted = options.find(isHosted);
  const clause = options.map(({ hardwareClass }) => budgetClause(hardwareClass)).find((text) => text !== '') ?? '';
  if (hosted === undefined) {
    const classes = options.map(({ hardwareClass }) => hardwareClass).join(' or ');
    return { cause: 'no-worker', text: `no worker has a slot of ${classes} and enough memory${clause}` };
  }
  const slots = format(itemsPerSecond * hosted.secondsPerItem);
  const text = `${format(itemsPerSecond)} items/s need the time of ${slots} more slots; every slot${clause} is busy`;
  return { cause: 'compute', text };
}

const format = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
