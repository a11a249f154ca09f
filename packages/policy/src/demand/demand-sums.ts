// The rates of each target, and the items of each of its classes of objectives, summed over reports.

import { addTo, type Objective, type VariantId } from '@pareto/core';
import type { DemandEntry } from './demand-report.js';
import { objectiveClass, strictestOf } from './objective-class.js';

/** Demand for one target with objectives of one class. */
export interface TargetDemand {
  readonly tenant: string;
  readonly target: string;
  /** Strictest objective of the class. */
  readonly objective: Objective;
  /** Offered items per second. */
  readonly itemsPerSecond: number;
  /** Answered items per second by variant. */
  readonly answered: ReadonlyMap<VariantId, number>;
}

/** Queries per second. */
export interface TargetRates {
  /** Answered and refused queries. */
  readonly requestsPerSecond: number;
  readonly refusedPerSecond: number;
  readonly violationsPerSecond: number;
}

/** Sums by tenant and target. */
export type DemandSums = Map<string, TargetSums>;

/** Sums of which a part counts. */
export interface WeightedSums {
  readonly sums: DemandSums;
  /** Part of the sums that counts, between 0 and 1. */
  readonly weight: number;
}

interface TargetSums {
  readonly tenant: string;
  readonly target: string;
  readonly rates: { -readonly [K in keyof TargetRates]: TargetRates[K] };
  readonly classes: Map<string, ClassSums>;
}

interface ClassSums {
  objective: Objective;
  itemsPerSecond: number;
  readonly answered: Map<VariantId, number>;
}

/**
 * Maximum number of classes of a target. Queries of further classes are counted together, so that the sums are bounded
 * whatever objectives clients set.
 */
const maxClasses = 64;
const otherClasses = '';

/** Adds an entry. Its counts multiplied by `perSecond` are rates. */
export function addDemand(sums: DemandSums, entry: DemandEntry, perSecond: number): void {
  const { objective, offeredItems, itemsByVariant } = entry;
  const { rates, classes } = sumsOf(sums, `${entry.tenant} ${entry.target}`, entry);
  rates.requestsPerSecond += entry.requests * perSecond;
  rates.refusedPerSecond += entry.refused * perSecond;
  rates.violationsPerSecond += entry.violations * perSecond;
  if (offeredItems === 0 && itemsByVariant.size === 0) return;
  const ofClass = classOf(classes, objectiveClass(objective), objective);
  ofClass.itemsPerSecond += offeredItems * perSecond;
  for (const [variant, items] of itemsByVariant) addTo(ofClass.answered, variant, items * perSecond);
}

/** Returns the total demand of each class, the largest first. */
export function totalDemands(parts: Iterable<WeightedSums>): readonly TargetDemand[] {
  const totals: DemandSums = new Map();
  for (const { sums, weight } of parts) {
    for (const [key, each] of sums) addClasses(sumsOf(totals, key, each).classes, each.classes, weight);
  }
  return [...totals.values()]
    .flatMap(({ tenant, target, classes }) => Array.from(classes.values(), (each) => ({ tenant, target, ...each })))
    .sort((a, b) => b.itemsPerSecond - a.itemsPerSecond);
}

/** Returns the total rates by target. */
export function totalRates(parts: Iterable<WeightedSums>): ReadonlyMap<string, TargetRates> {
  const totals = new Map<string, TargetSums['rates']>();
  for (const { sums, weight } of parts) {
    for (const { target, rates } of sums.values()) {
      const total = totals.get(target) ?? noRates();
      total.requestsPerSecond += rates.requestsPerSecond * weight;
      total.refusedPerSecond += rates.refusedPerSecond * weight;
      total.violationsPerSecond += rates.violationsPerSecond * weight;
      totals.set(target, total);
    }
  }
  return totals;
}

const noRates = (): TargetSums['rates'] => ({ requestsPerSecond: 0, refusedPerSecond: 0, violationsPerSecond: 0 });

function sumsOf(sums: DemandSums, key: string, { tenant, target }: Pick<DemandEntry, 'tenant' | 'target'>): TargetSums {
  const known = sums.get(key);
  if (known !== undefined) return known;
  const created = { tenant, target, rates: noRates(), classes: new Map<string, ClassSums>() };
  sums.set(key, created);
  return created;
}

/** Returns the sums of a class, or of all further classes, with an objective at least as strict as the given one. */
function classOf(classes: TargetSums['classes'], name: string, objective: Objective): ClassSums {
  const key = classes.size < maxClasses || classes.has(name) ? name : otherClasses;
  const known = classes.get(key);
  if (known !== undefined) {
    known.objective = strictestOf(known.objective, objective);
    return known;
  }
  const created = { objective, itemsPerSecond: 0, answered: new Map<VariantId, number>() };
  classes.set(key, created);
  return created;
}

function addClasses(totals: TargetSums['classes'], classes: TargetSums['classes'], weight: number): void {
  for (const [name, { objective, itemsPerSecond, answered }] of classes) {
    const total = classOf(totals, name, objective);
    total.itemsPerSecond += itemsPerSecond * weight;
    for (const [variant, items] of answered) addTo(total.answered, variant, items * weight);
  }
}
