// The marks of domination on all registered variants.

import {
  fallbackObjective,
  groupBy,
  type PriceTable,
  type SelectionRule,
  type Task,
  type VariantId,
} from '@pareto/core';
import type { PlacementArchitecture, PlacementVariant } from '../snapshot/snapshot.js';
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
 * Returns each variant with its mark, in the same order. Denied and quarantined variants neither dominate nor are
 * dominated. A variant of an older version is compared as if its version were the current one of its architecture.
 * During a rollout, the variants of an architecture dominate none of other architectures, because the new version may
 * not answer yet and the old one soon stops.
 */
export function markDominated(
  { tasks, architectures, variants, rules, prices }: Catalogue,
  params: DominationParams = defaultDominationParams,
): readonly PlacementVariant[] {
  const current = new Map(architectures.map(({ architecture }) => [architecture.name, architecture]));
  const latencies = new Map(tasks.map((task) => [task.name, task.defaultObjective.latencyMs]));
  const isCurrent = ({ variant }: Unmarked): boolean => variant.version === current.get(variant.architecture)?.version;
  const marks = new Map<Unmarked, Domination>();
  const byTask = groupBy(
    variants.filter((one) => mayServe(one, rules)),
    ({ variant }) => variant.task,
  );
  for (const [task, own] of byTask) {
    const terms = { prices, latencyMs: latencies.get(task) ?? fallbackObjective.latencyMs };
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
    const found = current.get(one.variant.architecture)?.keepAll === true ? undefined : marks.get(one);
    return { ...one, dominatedBy: found?.by, dominatedWithin: found?.within ?? false };
  });
}

const mayServe = ({ variant }: Unmarked, rules: readonly SelectionRule[]): boolean =>
  variant.quarantineReason === undefined && !isDenied(variant, rules);

function mark(
  variants: readonly Unmarked[],
  found: ReadonlyMap<VariantId, Domination>,
  marks: Map<Unmarked, Domination>,
): void {
  for (const one of variants) {
    const domination = found.get(one.variant.id);
    if (domination !== undefined) marks.set(one, domination);
  }
}
