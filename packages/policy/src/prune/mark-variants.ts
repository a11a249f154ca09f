// The marks on all registered variants: domination, ranks by accuracy, and disagreement with the original.

import {
  fallbackObjective,
  groupBy,
  type PriceTable,
  type SelectionRule,
  type Task,
  type Variant,
  type VariantId,
} from '@pareto/core';
import { disagreementOf } from '../compare/disagreement-of.js';
import { markAccuracies, type AccuracyMarks } from '../compare/mark-accuracies.js';
import { noAccuracyMarks, type PlacementArchitecture, type PlacementVariant } from '../snapshot/snapshot.js';
import { isDenied } from '../select/rules.js';
import { defaultDominationParams, type DominationParams } from './domination-params.js';
import { planDomination, type Domination } from './plan-domination.js';

type Unmarked = Pick<PlacementVariant, 'variant' | 'measurements'>;

export interface Catalogue {
  readonly tasks: readonly Task[];
  readonly architectures: readonly Pick<PlacementArchitecture, 'architecture'>[];
  /** Variants of current versions, and of older ones that may still be served. */
  readonly variants: readonly Unmarked[];
  /** Rules in force. */
  readonly rules: readonly SelectionRule[];
  readonly prices: PriceTable;
}

/**
 * Returns each variant with its marks, in the same order. Denied and quarantined variants have none, and neither dominate
 * nor are dominated; the same holds for a variant on a class where it disagrees with the original. A variant of an older
 * version is compared as if its version were the current one of its architecture. During a rollout, the variants of an
 * architecture dominate none of other architectures, because the new version may not answer yet and the old one soon
 * stops.
 */
export function markVariants(
  { tasks, architectures, variants, rules, prices }: Catalogue,
  params: DominationParams = defaultDominationParams,
): readonly PlacementVariant[] {
  const current = new Map(architectures.map(({ architecture }) => [architecture.name, architecture]));
  const isCurrent = ({ variant }: Unmarked): boolean => variant.version === current.get(variant.architecture)?.version;
  const marks = new Map<Variant, Domination>();
  const accuracyMarks = new Map<Variant, AccuracyMarks>();
  const byTask = groupBy(
    variants.filter((one) => mayServe(one, rules)),
    ({ variant }) => variant.task,
  );
  for (const task of tasks) {
    const members = byTask.get(task.name) ?? [];
    for (const [variant, found] of markAccuracies(task, members, params)) accuracyMarks.set(variant, found);
    const own = members.map((one) => withoutDisagreeing(one, task));
    const terms = { prices, latencyMs: task.defaultObjective.latencyMs ?? fallbackObjective.latencyMs };
    const rollingOut = new Set(own.filter((one) => !isCurrent(one)).map(({ variant }) => variant.architecture));
    const isRollingOut = ({ variant }: Unmarked): boolean => rollingOut.has(variant.architecture);
    const settled = own.filter((one) => !isRollingOut(one));
    const dominated = planDomination(settled, terms, params);
    mark(settled, dominated, marks);
    const kept = settled.filter(({ variant }) => !dominated.has(variant.id));
    const versions = groupBy(own.filter(isRollingOut), ({ variant }) => `${variant.architecture}/${variant.version}`);
    for (const group of versions.values()) {
      mark(group, planDomination(group, terms, params, kept), marks);
    }
  }
  return variants.map((one) => {
    const found = current.get(one.variant.architecture)?.keepAll === true ? undefined : marks.get(one.variant);
    return {
      ...one,
      accuracyMarks: accuracyMarks.get(one.variant) ?? noAccuracyMarks,
      dominatedBy: found?.by,
      dominatedWithin: found?.within ?? false,
    };
  });
}

const mayServe = ({ variant }: Unmarked, rules: readonly SelectionRule[]): boolean =>
  variant.quarantineReason === undefined && !isDenied(variant, rules);

const withoutDisagreeing = ({ variant, measurements }: Unmarked, task: Task): Unmarked => ({
  variant,
  measurements: measurements.filter((measurement) => disagreementOf(task, measurement) === undefined),
});

function mark(
  variants: readonly Unmarked[],
  found: ReadonlyMap<VariantId, Domination>,
  marks: Map<Variant, Domination>,
): void {
  for (const { variant } of variants) {
    const domination = found.get(variant.id);
    if (domination !== undefined) marks.set(variant, domination);
  }
}
