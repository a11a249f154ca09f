// What tenants wish to be warm or cold, and who wins where wishes meet.

import { groupBy, type Milliseconds, type Variant, type VariantId, type WarmthRule } from '@pareto/core';

/** A wish that is in force. */
export interface PlacementWish extends Pick<WarmthRule, 'kind' | 'tenant' | 'task' | 'target' | 'reason'> {
  readonly since: Milliseconds;
}

type Named = Pick<Variant, 'id' | 'architecture' | 'task'>;

/**
 * The variants that are to be kept only while they are asked for, each with when that began. Of a tenant's wishes the one for the
 * variant counts, else the one for its architecture, else the one for its task. Whoever wishes it warm wins over other tenants.
 */
export function coldVariants(
  wishes: readonly PlacementWish[],
  variants: readonly { readonly variant: Named }[],
): ReadonlyMap<VariantId, Milliseconds> {
  const cold = new Map<VariantId, Milliseconds>();
  if (!wishes.some(({ kind }) => kind === 'cold')) return cold;
  const byTarget = groupBy(wishes, ({ target }) => target);
  for (const { variant } of variants) {
    const since = coldSince(variant, byTarget);
    if (since !== undefined) cold.set(variant.id, since);
  }
  return cold;
}

function coldSince(
  { id, architecture, task }: Named,
  byTarget: ReadonlyMap<string, readonly PlacementWish[]>,
): Milliseconds | undefined {
  const byTenant = new Map<string, PlacementWish>();
  for (const name of [id, architecture, task]) {
    for (const wish of byTarget.get(name) ?? []) if (!byTenant.has(wish.tenant)) byTenant.set(wish.tenant, wish);
  }
  let latest: Milliseconds | undefined;
  for (const { kind, since } of byTenant.values()) {
    if (kind === 'warm') return undefined;
    if (latest === undefined || since > latest) latest = since;
  }
  return latest;
}
