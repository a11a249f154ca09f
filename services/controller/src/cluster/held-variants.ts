// Cold variants that routers hold queries for.

import { variantId, type Milliseconds, type VariantId } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { addTo } from './add-to.js';

export interface HeldVariants {
  /** Adds a router's demand. Returns true if the router holds queries for a variant for which it held none before. */
  add(router: string, demand: wire.Demand, now: Milliseconds): boolean;
  /** Returns the number of held queries by variant, the largest first. */
  counts(now: Milliseconds): ReadonlyMap<VariantId, number>;
}

interface Hold {
  readonly variant: VariantId;
  readonly count: number;
  readonly at: Milliseconds;
}

/** Age from which a report of held queries is ignored. Routers repeat it every second. */
const heldMs = 2_500;

export function createHeldVariants(): HeldVariants {
  /** Holds by router and variant. */
  const holds = new Map<string, Hold>();
  return {
    add(router, demand, now) {
      let isNew = false;
      for (const [variant, count] of heldIn(demand)) {
        const key = `${router} ${variant}`;
        const before = holds.get(key);
        isNew ||= before === undefined || now - before.at >= heldMs;
        holds.set(key, { variant, count, at: now });
      }
      return isNew;
    },
    counts(now) {
      const counts = new Map<VariantId, number>();
      for (const [key, { variant, count, at }] of holds) {
        if (now - at >= heldMs) holds.delete(key);
        else addTo(counts, variant, count);
      }
      return new Map([...counts].sort((a, b) => b[1] - a[1]));
    },
  };
}

function heldIn({ entries }: wire.Demand): ReadonlyMap<VariantId, number> {
  const counts = new Map<VariantId, number>();
  for (const { held, heldVariant } of entries) {
    if (held > 0 && heldVariant !== '') addTo(counts, variantId(heldVariant), held);
  }
  return counts;
}
