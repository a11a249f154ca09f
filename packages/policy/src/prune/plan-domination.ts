// The variants of a task that others dominate on every hardware class that they were measured on.

import { groupBy, priceOf, type Measurement, type PriceTable, type Variant, type VariantId } from '@pareto/core';
import { credibleAccuracies, rankedVariant } from '../compare/rank-accuracies.js';
import { costPer1k } from '../cost/cost-per-1k.js';
import { p99At } from '../cost/profile-at.js';
import { isProvisional } from '../make/list-measures.js';
import { compareOnClass } from './compare-on-class.js';
import type { DominationParams } from './domination-params.js';
import type { Rated } from './figures.js';
import { findDominated } from './find-dominated.js';

/** A variant that may serve, with its measurements. */
export interface MeasuredVariant {
  readonly variant: Pick<Variant, 'id' | 'architecture' | 'version' | 'recipe'>;
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
 * Returns the dominated ones of `variants`, which are those of a task. A variant is dominated if, on every class where
 * it was measured, another one (not always the same) is at least as accurate, has at most its p99 at every batch, its
 * cost, its memory and its load time plus the margins, and is more accurate, or better in one of the others by more than
 * the margin. Only kept variants dominate: `kept`, and those of `variants` that are not dominated. A
 * variant without a measured accuracy, or with a noisy profile, neither dominates nor is dominated. Every class keeps at
 * least one variant.
 */
export function planDomination(
  variants: readonly MeasuredVariant[],
  terms: DominationTerms,
  params: DominationParams,
  kept: readonly MeasuredVariant[] = [],
): ReadonlyMap<VariantId, Domination> {
  const all = [...variants, ...kept];
  const classes = rateByClass(all, terms, params).map((rated) => compareOnClass(rated, params));
  const alwaysKept = new Set([...kept, ...variants.filter((one) => !isRated(one))].map(({ variant }) => variant.id));
  const bestFirst = [...new Set(classes.flatMap(({ ids }) => ids))];
  const dominated = findDominated(bestFirst, classes, alwaysKept);
  const architectures = new Map(all.map(({ variant }) => [variant.id, variant.architecture]));
  const groups = [...groupBy(bestFirst, (id) => architectures.get(id)).values()].filter((own) => own.length > 1);
  const within = new Map(groups.flatMap((own) => [...findDominated(own, classes, alwaysKept)]));
  const found = new Map<VariantId, Domination>();
  for (const [id, dominators] of dominated) {
    const own = within.get(id);
    const by = firstOf(own ?? [], (one) => !dominated.has(one)) ?? firstOf(dominators);
    if (by !== undefined) found.set(id, { by, within: own !== undefined });
  }
  return found;
}

type Measured = Extract<Measurement['result'], { readonly kind: 'measured' }>;

/** Returns whether the variant was measured, and can be compared on every class. */
function isRated({ measurements }: MeasuredVariant): boolean {
  const measured = measurements.flatMap((one) =>
    one.result.kind === 'measured' && !isProvisional(one) ? [one.result] : [],
  );
  return measured.length > 0 && measured.every(isComparable);
}

const isComparable = ({ accuracy, profile }: Measured): boolean =>
  accuracy !== undefined && profile.noise === undefined;

/** Groups the variants that can be compared by class, in the order of the classes' ids. */
function rateByClass(
  variants: readonly MeasuredVariant[],
  { prices, latencyMs }: DominationTerms,
  params: DominationParams,
): readonly (readonly Rated[])[] {
  const measured = variants.flatMap(({ variant, measurements }) =>
    measurements.map(({ hardwareClass, result }) => ({ variant, hardwareClass, result })),
  );
  const classes = [...groupBy(measured, ({ hardwareClass }) => hardwareClass)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return classes.map(([hardwareClass, all]) => {
    const price = priceOf(prices, hardwareClass);
    const rated = all.flatMap(({ variant, result }) => {
      if (result.kind !== 'measured' || !isComparable(result)) return [];
      const { profile } = result;
      const accuracy = rankedVariant(variant, result);
      if (accuracy === undefined) return [];
      const cost = price === undefined ? 0 : costPer1k(profile, price, 1, latencyMs);
      return [{ id: variant.id, profile, accuracy, cost, firstMs: p99At(profile, 1) }];
    });
    const credible = credibleAccuracies(
      rated.map(({ accuracy }) => accuracy),
      params,
    );
    return rated.map((one, index) => ({ ...one, credible: credible[index] ?? 0 }));
  });
}

function firstOf(ids: Iterable<VariantId>, isIn: (id: VariantId) => boolean = () => true): VariantId | undefined {
  for (const id of ids) if (isIn(id)) return id;
  return undefined;
}
