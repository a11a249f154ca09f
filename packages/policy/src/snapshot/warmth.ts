// What tenants wish to be warm or cold, and who wins where wishes meet.

import { groupBy, type Milliseconds, type Variant, type VariantId, type WarmthRule } from '@pareto/core';

/** A wish that is in force. */
export interface PlacementWarmthRule extends Pick<WarmthRule, 'kind' | 'tenant' | 'task' | 'target' | 'reason'> {
  readonly since: Milliseconds;
}

type NamedVariant = Pick<Variant, 'id' | 'architecture' | 'task'>;

/**
 * The variants that are to be kept only while they are asked for, each with when that began. Of a tenant's wishes the one for the
 * variant counts, else the one for its architecture, else the one for its task. Whoever wishes it warm wins over other tenants.
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
