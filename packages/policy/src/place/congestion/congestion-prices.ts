// The price of congestion: what a slot of each hardware class is worth beyond its price while there are too few.

import { oncePer, sameItems, type CongestionPrices, type HardwareClassId } from '@pareto/core';
import { missedParts } from '../../cost/miss-prices.js';
import { mustLeave } from '../context/budget.js';
import type { PlanningContext } from '../context/context.js';
import { dearestWorker, listHostKinds, listSlotClasses, type SlotClass } from '../context/host-kinds.js';
import { groupDemands, type DemandGroup } from '../solve/demand-groups.js';
import type { SolveParams } from '../solve/solve-params.js';
import { clearingPrices, type PricedGroup, type PricedOption } from './clearing-prices.js';

type PriceParams = Pick<SolveParams, 'missFactor' | 'accuracyFactor' | 'maxColumns'>;

/** Smaller prices are 0, as a part of that of the dearest worker. */
const leastPart = 1e-4;
/** Change of a price, as a part of it, up to which it stays the same, so that routers do not get another one each second. */
const sameWithin = 0.1;
/** Least rate of a group, as a part of a query per second, for which a miss has a finite price. */
const leastRate = 1e-6;

/**
 * Returns the prices at which the demand that is planned for takes no more slots than there are: each demand takes what costs it least, or is missed
 * where that costs less. They are the duals of the slots in the relaxation of the program (`formulate`) without memory and changes. `before`:
 * the prices of the last turn, which stay the same object if they hardly change. Undefined while the slots suffice at no price, or if the
 * demand has more options than a program may have columns.
 */
export function congestionPrices(
  context: PlanningContext,
  params: PriceParams,
  before: CongestionPrices | undefined,
): CongestionPrices | undefined {
  const { snapshot } = context;
  const kinds = listHostKinds(stayingWorkers(snapshot.workers), snapshot.prices);
  const classes = listSlotClasses(kinds);
  const options = classes.length * snapshot.demand.reduce((sum, { variants }) => sum + variants.length, 0);
  if (options === 0 || options > params.maxColumns) return undefined;
  const unitUsd = dearestWorker(kinds);
  const leastUsd = leastPart * unitUsd;
  const capacities = classes.map(({ slots }) => context.params.targetUtilisation * slots);
  const known = classes.map(({ id }) => before?.usdPerHour[id] ?? 0);
  const groups = priceGroups(context, params, classes, unitUsd);
  const prices = clearingPrices({ capacities, groups, leastUsd }, known);
  const usdPerHour = Object.fromEntries(
    classes.flatMap(({ id }, at) => {
      const price = prices[at] ?? 0;
      return price >= leastUsd ? [[id, price] as const] : [];
    }),
  );
  if (Object.keys(usdPerHour).length === 0) return undefined;
  const perItem = (factor: number): number => (factor * unitUsd) / 3_600;
  const [accuracyUsd, missUsd] = [perItem(params.accuracyFactor), perItem(params.missFactor)];
  const next: CongestionPrices = { usdPerHour, accuracyUsd, missUsd };
  return before !== undefined && isAlmost(before, next, leastUsd) ? before : next;
}

/** Returns the workers that keep replicas. Those beyond a budget do not. */
const stayingWorkers = oncePer((workers: PlanningContext['snapshot']['workers']) =>
  workers.filter((worker) => !mustLeave(worker)),
);

function isAlmost(a: CongestionPrices, b: CongestionPrices, leastUsd: number): boolean {
  const ids = new Set([...Object.keys(a.usdPerHour), ...Object.keys(b.usdPerHour)]) as Iterable<HardwareClassId>;
  return (
    a.accuracyUsd === b.accuracyUsd &&
    a.missUsd === b.missUsd &&
    Array.from(ids).every((id) => {
      const [one, other] = [a.usdPerHour[id] ?? 0, b.usdPerHour[id] ?? 0];
      return Math.abs(one - other) <= Math.max(leastUsd, sameWithin * one);
    })
  );
}

function priceGroups(
  context: PlanningContext,
  { missFactor, accuracyFactor }: PriceParams,
  classes: readonly SlotClass[],
  unitUsd: number,
): readonly PricedGroup[] {
  return groupDemands(context, { reserve: 0 }).flatMap(({ itemsPerSecond, prefersAccuracy, options: byVariant }) => {
    const options = priceOptions(byVariant, classes, prefersAccuracy ? accuracyFactor * unitUsd : 0);
    if (options.length === 0 || !(itemsPerSecond > 0)) return [];
    const missUsd = (missFactor * unitUsd) / Math.min(1, Math.max(leastRate, itemsPerSecond));
    return [
      {
        itemsPerSecond,
        misses: missedParts.map(({ share, price }) => ({ share, usd: price * missUsd })),
        options,
      },
    ];
  });
}

interface ListedPrices {
  readonly basis: readonly unknown[];
  readonly options: readonly PricedOption[];
}

/** The options that were priced last, which are the same as long as the classes are. */
const listed = new WeakMap<DemandGroup['options'], ListedPrices>();

/** `accuracyUsd`: worth of the greatest accuracy in an item. */
function priceOptions(
  byVariant: DemandGroup['options'],
  classes: readonly SlotClass[],
  accuracyUsd: number,
): readonly PricedOption[] {
  const basis = [accuracyUsd, ...classes.flatMap(({ id, usdPerHour, perWorker }) => [id, usdPerHour, perWorker])];
  const known = listed.get(byVariant);
  if (known !== undefined && sameItems(known.basis, basis)) return known.options;
  const priced: PricedOption[] = [];
  for (const own of byVariant.values())
    for (const { hardwareClass, secondsOn, accuracyLoss } of own) {
      const at = classes.findIndex(({ id }) => id === hardwareClass);
      const ofClass = classes[at];
      const secondsPerItem = ofClass && secondsOn(ofClass.perWorker);
      if (ofClass === undefined || secondsPerItem === undefined) continue;
      priced.push({
        ...{ at, secondsPerItem },
        usdPerItem: ofClass.usdPerHour * secondsPerItem + accuracyUsd * accuracyLoss,
      });
    }
  const options = undominated(priced);
  listed.set(byVariant, { basis, options });
  return options;
}

/** Returns the options that take less time, or cost less, than each other one of their class: no price makes the others the better choice. */
function undominated(options: readonly PricedOption[]): readonly PricedOption[] {
  const kept: PricedOption[] = [];
  const leastUsd = new Map<number, number>();
  for (const one of options.toSorted((a, b) => a.secondsPerItem - b.secondsPerItem || a.usdPerItem - b.usdPerItem)) {
    if (one.usdPerItem >= (leastUsd.get(one.at) ?? Infinity)) continue;
    leastUsd.set(one.at, one.usdPerItem);
    kept.push(one);
  }
  return kept;
}
