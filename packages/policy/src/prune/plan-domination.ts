// The variants of a task that others dominate on every hardware class that they were measured on.

import {
  groupBy,
  priceOf,
  type HardwareClassId,
  type Measurement,
  type PriceTable,
  type Variant,
  type VariantId,
} from '@pareto/core';
import { costPer1k } from '../cost/cost-per-1k.js';
import type { DominationParams } from './domination-params.js';
import { dominatorsOn, type Rated } from './dominators-on.js';

/** A variant that may serve, with its measurements. */
export interface MeasuredVariant {
  readonly variant: Pick<Variant, 'id' | 'architecture'>;
  readonly measurements: readonly Pick<Measurement, 'hardwareClass' | 'result'>[];
}

export interface DominationTerms {
  readonly prices: PriceTable;
  /** Default latency of the task, which determines the batch that costs are quoted at. */
  readonly latencyMs: number;
}

export interface Domination {
  /** Dominator that is itself not dominated; of the same architecture if there is one. */
  readonly by: VariantId;
  /** Set if the variants of the same architecture alone dominate the variant too. */
  readonly within: boolean;
}

/**
 * Returns the dominated variants of a task. A variant is dominated if on every class where it was measured another one
 * (not always the same) has at least its accuracy and at most its p99 at every batch, its cost, its memory and its load
 * time, and is better in one of them by more than noise. A variant without a measured accuracy neither dominates nor is
 * dominated. Every class keeps at least one variant that is not dominated.
 */
export function planDomination(
  variants: readonly MeasuredVariant[],
  terms: DominationTerms,
  params: DominationParams,
): ReadonlyMap<VariantId, Domination> {
  const rated = rateByClass(variants, terms);
  const classes = [...rated].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const overall = classes.map(([, all]) => dominatorsOn(all, params));
  const dominated = ofAllClasses(variants, overall);
  const within = ofAllClasses(
    variants,
    classes.map(([, all]) =>
      merge([...groupBy(all, ({ architecture }) => architecture).values()].map((own) => dominatorsOn(own, params))),
    ),
  );
  const isFree = (id: VariantId): boolean => !dominated.has(id);
  const found = new Map<VariantId, Domination>();
  for (const [id, dominators] of dominated) {
    const own = within.get(id);
    const by = own?.find(isFree) ?? dominators.find(isFree);
    if (by !== undefined) found.set(id, { by, within: own !== undefined });
  }
  return found;
}

/** Groups the measured variants by class, with the properties to compare. */
function rateByClass(
  variants: readonly MeasuredVariant[],
  { prices, latencyMs }: DominationTerms,
): ReadonlyMap<HardwareClassId, readonly Rated[]> {
  const classes = new Map<HardwareClassId, Rated[]>();
  for (const { variant, measurements } of variants) {
    for (const { hardwareClass, result } of measurements) {
      if (result.kind !== 'measured') continue;
      const { profile, accuracy } = result;
      const price = priceOf(prices, hardwareClass);
      const cost = price === undefined ? 0 : costPer1k(profile, price, 1, latencyMs);
      const all = classes.get(hardwareClass) ?? [];
      all.push({ ...variant, profile, accuracy: accuracy?.value, cost });
      classes.set(hardwareClass, all);
    }
  }
  return classes;
}

/**
 * Returns the variants with dominators on every class they were measured on, with the dominators on the first of these
 * classes.
 */
function ofAllClasses(
  variants: readonly MeasuredVariant[],
  classes: readonly ReadonlyMap<VariantId, readonly VariantId[] | undefined>[],
): ReadonlyMap<VariantId, readonly VariantId[]> {
  const all = new Map<VariantId, readonly VariantId[]>();
  for (const { variant } of variants) {
    const measured = classes.filter((one) => one.has(variant.id)).map((one) => one.get(variant.id));
    const [first] = measured;
    if (first !== undefined && measured.every((dominators) => dominators !== undefined)) all.set(variant.id, first);
  }
  return all;
}

const merge = <K, V>(maps: readonly ReadonlyMap<K, V>[]): ReadonlyMap<K, V> => new Map(maps.flatMap((map) => [...map]));
