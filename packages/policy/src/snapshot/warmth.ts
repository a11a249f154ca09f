// Warmth rules of tenants, and the variants that they make cold.

import { groupBy, type Milliseconds, type Variant, type VariantId, type WarmthRule } from '@pareto/core';

/** A warmth rule in force. */
export interface PlacementWarmthRule extends Pick<WarmthRule, 'kind' | 'tenant' | 'task' | 'target' | 'reason'> {
  readonly since: Milliseconds;
}

type NamedVariant = Pick<Variant, 'id' | 'architecture' | 'task'>;

/**
 * Returns the variants that are kept only while queries use them, each with the time since when. Of a tenant's rules,
 * the rule for the variant applies, otherwise the rule for its architecture, otherwise the rule for its task. A warm
 * rule of one tenant overrides the cold rules of others.
 */
export function coldVariants(
  warmthRules: readonly PlacementWarmthRule[],
  variants: readonly { readonly variant: NamedVariant }[],
): ReadonlyMap<VariantId, Milliseconds> {
  const cold = new Map<VariantId, Milliseconds>();
  if (!warmthRules.some(({ kind }) => kind === 'cold')) return cold;
  const byTarget = groupBy(warmthRules, ({ target }) => target);
  for (const { variant } of variants) {
    const since = coldSince(variant, byTarget);
    if (since !== undefined) cold.set(variant.id, since);
  }
  return cold;
}

function coldSince(
  { id, architecture, task }: NamedVariant,
  byTarget: ReadonlyMap<string, readonly PlacementWarmthRule[]>,
): Milliseconds | undefined {
  const byTenant = new Map<string, PlacementWarmthRule>();
  for (const name of [id, architecture, task]) {
    for (const rule of byTarget.get(name) ?? []) if (!byTenant.has(rule.tenant)) byTenant.set(rule.tenant, rule);
  }
  let latest: Milliseconds | undefined;
  for (const { kind, since } of byTenant.values()) {
    if (kind === 'warm') return undefined;
    if (latest === undefined || since > latest) latest = since;
  }
  return latest;
}
