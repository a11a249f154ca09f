// The price of congestion: what a slot of each hardware class is worth beyond its price while there are too few.

import { addTo, type CongestionPrices, type HardwareClassId } from '@pareto/core';
import type { PlanningContext } from '../context/context.js';
import { listHostKinds, type HostKind } from '../context/host-kinds.js';
import { groupDemands } from '../solve/demand-groups.js';
import type { SolveParams } from '../solve/solve-params.js';
import { dearestWorker, missedParts } from '../solve/values.js';

/** The slots of one hardware class. */
interface SlotClass {
  readonly id: HardwareClassId;
  /** Price of a slot. */
  readonly usdPerHour: number;
  /** Slots whose time can be used. */
  capacity: number;
  /** Slots of a worker of the most frequent kind, and how many slots such workers have. */
  perWorker: number;
  ofKind: number;
}

/** A group of demands, with what each item costs that an option answers, or that nothing does. */
interface PricedGroup {
  readonly itemsPerSecond: number;
  /** Prices of the parts of the demand that are missed, the cheapest first. */
  readonly missUsd: readonly number[];
  readonly options: readonly PricedOption[];
}

interface PricedOption {
  /** Index of the class. */
  readonly at: number;
  readonly secondsPerItem: number;
  /** Price of the time of its slot, and of the accuracy that is lost. */
  readonly usdPerItem: number;
}

/**
 * Difference between two costs, as a part of the least one, from which on the dearer option gets less than .37 of what the cheaper one
 * gets. Without it, prices would not settle where a demand costs the same on two classes.
 */
const temperature = 0.05;
/** Smaller parts of the choice are 0, which takes less time. */
const leastExponent = -20;
/** Rounds of changes. After the first ones, each changes prices by less than the one before, so that they settle. */
const [rounds, firstRounds, decay] = [250, 20, 0.97];
/** Part of a rise by which prices fall, so that those of two classes rise together although demand moves from the one to the other. */
const fallPart = 0.25;
/** Largest change of the logarithm of a price in a round, without and with prices of the last turn, which an excess of a part of the slots causes. */
const [largestStep, warmStep, largeExcess] = [2, 0.2, 0.25];
/** Part of the slots that may be lacking, or free in spite of a price, once prices have settled. */
const settledExcess = 0.01;
/** Smaller prices are 0, as a part of that of the dearest worker. */
const leastPart = 1e-4;

/** Part of the slots of a class from whose use on prices are computed: with more free slots, each is worth its price. */
const scarcePart = 0.8;
/** Change of a price, as a part of it, up to which it stays the same, so that routers do not get another one each second. */
const sameWithin = 0.1;

/**
 * Returns the prices at which the demand of now takes no more slots than there are: each demand takes what costs it least, or is missed where
 * that costs less. They are the duals of the slots in the relaxation of the program (`formulate`) without memory and changes. `before`:
 * the prices of the last turn, which stay the same object if they hardly change. Undefined while the slots suffice.
 */
export function congestionPrices(
  context: PlanningContext,
  params: Pick<SolveParams, 'missFactor' | 'accuracyFactor'>,
  before: CongestionPrices | undefined,
): CongestionPrices | undefined {
  const { snapshot } = context;
  const kinds = listHostKinds(snapshot.workers, snapshot.prices);
  const classes = slotClasses(kinds, context.params.targetUtilisation);
  if (!isScarce(context, classes)) return undefined;
  const unitUsd = dearestWorker(kinds);
  const prices = settle(classes, priceGroups(context, params, classes, unitUsd), leastPart * unitUsd, before);
  const usdPerHour = new Map(
    classes.flatMap(({ id }, at) => {
      const price = prices[at] ?? 0;
      return price > 0 ? [[id, price] as const] : [];
    }),
  );
  if (usdPerHour.size === 0) return undefined;
  const next = { usdPerHour, accuracyUsd: (params.accuracyFactor * unitUsd) / 3600 };
  return before !== undefined && isAlmost(before, next) ? before : next;
}

const isAlmost = (a: CongestionPrices, b: CongestionPrices): boolean =>
  a.accuracyUsd === b.accuracyUsd &&
  a.usdPerHour.size === b.usdPerHour.size &&
  [...a.usdPerHour].every(([id, usd]) => Math.abs((b.usdPerHour.get(id) ?? Infinity) - usd) <= sameWithin * usd);

/** Returns whether the plan uses nearly all slots of a class, or leaves demand without any. */
function isScarce({ demands }: PlanningContext, classes: readonly SlotClass[]): boolean {
  const loads = new Map<HardwareClassId, number>();
  for (const { shares, options, itemsPerSecond, isRest = false } of demands) {
    if (isRest) return true;
    if (shares === undefined) {
      const [first] = options;
      if (first !== undefined) addTo(loads, first.hardwareClass, itemsPerSecond * first.secondsPerItem);
    } else for (const { option, load } of shares) addTo(loads, option.hardwareClass, load);
  }
  return classes.some(({ id, capacity }) => (loads.get(id) ?? 0) >= scarcePart * capacity);
}

function slotClasses(kinds: readonly HostKind[], targetUtilisation: number): readonly SlotClass[] {
  const classes = new Map<HardwareClassId, SlotClass>();
  for (const { groups, workers, usdPerHour } of kinds) {
    const ofWorker = groups.reduce((sum, { slots }) => sum + slots, 0);
    for (const { hardwareClass: id, slots } of groups) {
      const own = classes.get(id) ?? { id, usdPerHour: usdPerHour / ofWorker, capacity: 0, perWorker: 0, ofKind: 0 };
      classes.set(id, own);
      const count = slots * workers.length;
      own.capacity += targetUtilisation * count;
      if (count > own.ofKind) [own.perWorker, own.ofKind] = [slots, count];
    }
  }
  return [...classes.values()].filter(({ capacity }) => capacity > 0);
}

function priceGroups(
  context: PlanningContext,
  { missFactor, accuracyFactor }: Pick<SolveParams, 'missFactor' | 'accuracyFactor'>,
  classes: readonly SlotClass[],
  unitUsd: number,
): readonly PricedGroup[] {
  const indexes = new Map(classes.map(({ id }, at) => [id, at]));
  return groupDemands(context, { reserve: 0 }).flatMap(({ itemsPerSecond, prefersAccuracy, options: byVariant }) => {
    const itemUsd = unitUsd / Math.min(1, itemsPerSecond);
    const options = [...byVariant.values()].flat().flatMap(({ hardwareClass, secondsOn, accuracyLoss }) => {
      const at = indexes.get(hardwareClass) ?? -1;
      const own = classes[at];
      const secondsPerItem = own && secondsOn(own.perWorker);
      if (own === undefined || secondsPerItem === undefined) return [];
      const lostUsd = prefersAccuracy ? accuracyFactor * accuracyLoss * itemUsd : 0;
      return [{ at, secondsPerItem, usdPerItem: own.usdPerHour * secondsPerItem + lostUsd }];
    });
    if (options.length === 0 || !(itemsPerSecond > 0)) return [];
    const missUsd = missedParts.map(({ price }) => price * missFactor * itemUsd);
    return [{ itemsPerSecond, missUsd, options: undominated(options) }];
  });
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

/** Returns prices at which the slots suffice: those of classes with too few rise, the others fall. */
function settle(
  classes: readonly SlotClass[],
  groups: readonly PricedGroup[],
  leastUsd: number,
  before: CongestionPrices | undefined,
): readonly number[] {
  const prices = classes.map(({ id }): number => before?.usdPerHour.get(id) ?? 0);
  const firstStep = before === undefined ? largestStep : warmStep;
  for (let round = 0; round < rounds; round += 1) {
    const loads = loadsAt(prices, groups);
    const step = firstStep * decay ** Math.max(0, round - firstRounds);
    let most = 0;
    for (const [at, { capacity }] of classes.entries()) {
      const excess = (loads[at] ?? 0) / capacity - 1;
      const price = prices[at] ?? 0;
      if (excess <= 0 && price === 0) continue;
      most = Math.max(most, Math.abs(excess));
      const next = Math.max(price, leastUsd) * Math.exp(step * changeFor(excess));
      prices[at] = next < leastUsd ? 0 : next;
    }
    if (most < settledExcess) break;
  }
  return prices;
}

/** Returns the change of a price for the part of the slots that lacks, or that is free if negative. */
const changeFor = (excess: number): number =>
  excess > 0 ? Math.min(1, excess / largeExcess) : fallPart * Math.max(-1, excess / largeExcess);

/** Returns the slots of each class that the demand takes at these prices. */
function loadsAt(prices: readonly number[], groups: readonly PricedGroup[]): readonly number[] {
  const loads = prices.map(() => 0);
  for (const { itemsPerSecond, missUsd, options } of groups) {
    let least = Infinity;
    for (const option of options) least = Math.min(least, costAt(prices, option));
    let sum = 0;
    for (const option of options) sum += weightOf(costAt(prices, option), least);
    let answered = 0;
    let left = 1;
    for (const [index, usd] of missUsd.entries()) {
      const share = Math.min(left, missedParts[index]?.share ?? left);
      left -= share;
      answered += (share * sum) / (sum + weightOf(usd, least));
    }
    for (const option of options) {
      const { at, secondsPerItem } = option;
      const weight = weightOf(costAt(prices, option), least);
      loads[at] = (loads[at] ?? 0) + (itemsPerSecond * answered * secondsPerItem * weight) / sum;
    }
  }
  return loads;
}

const costAt = (prices: readonly number[], { at, secondsPerItem, usdPerItem }: PricedOption): number =>
  usdPerItem + (prices[at] ?? 0) * secondsPerItem;

/** Returns a choice's part next to 1 of the one that costs least. */
function weightOf(cost: number, least: number): number {
  const exponent = (least - cost) / (temperature * (least || 1));
  return exponent < leastExponent ? 0 : Math.exp(exponent);
}
