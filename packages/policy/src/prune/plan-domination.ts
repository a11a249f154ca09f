// Which variants of a task are no better than another in anything, on any hardware class that they were measured on.

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

/** A variant that may serve, with what was measured of it. */
export interface MeasuredVariant {
  readonly variant: Pick<Variant, 'id' | 'architecture'>;
  readonly measurements: readonly Pick<Measurement, 'hardwareClass' | 'result'>[];
}

export interface DominationTerms {
  readonly prices: PriceTable;
  /** The task's default latency: costs are quoted at the batch that it allows. */
  readonly latencyMs: number;
}

export interface Domination {
  /** One that is itself dominated by none; of the same architecture where there is one. */
  readonly by: VariantId;
  /** Those of its own architecture are enough to dominate it. */
  readonly within: boolean;
}

/**
 * The dominated ones of the variants of one task: on every class where such a one was measured there is another (not
 * always the same) that was measured there too and has an accuracy of at least its own and a p99 at every batch, a cost, a
 * memory and a load time of at most its own, one of them strictly and beyond noise. What has no measured accuracy neither
 * dominates nor is dominated. Every class keeps one that is not dominated.
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

/** By class, on which they were measured with an accuracy. */
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

/** Variants that have dominators on every class they were measured on, with those of the first such class. */
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
