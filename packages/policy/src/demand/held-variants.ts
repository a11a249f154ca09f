// Cold variants that a router holds queries for.

import { addTo, type Milliseconds, type VariantId } from '@pareto/core';
import type { DemandEntry } from './demand-report.js';

export interface HeldVariants {
  /** Adds the entries of a report. Returns true if queries are held for a variant for which none were before. */
  add(entries: readonly DemandEntry[], now: Milliseconds): boolean;
  /** Returns the number of held queries by variant. */
  counts(now: Milliseconds): ReadonlyMap<VariantId, number>;
}

/** Creates holds that are forgotten when their router has not repeated them for `heldMs`. */
export function createHeldVariants(heldMs: Milliseconds): HeldVariants {
  const holds = new Map<VariantId, { readonly count: number; readonly at: Milliseconds }>();
  const isOld = (at: Milliseconds, now: Milliseconds): boolean => now - at >= heldMs;
  return {
    add(entries, now) {
      let isNew = false;
      for (const [variant, count] of heldIn(entries)) {
        const before = holds.get(variant);
        isNew ||= before === undefined || isOld(before.at, now);
        holds.set(variant, { count, at: now });
      }
      return isNew;
    },
    counts(now) {
      for (const [variant, { at }] of holds) if (isOld(at, now)) holds.delete(variant);
      return new Map(Array.from(holds, ([variant, { count }]) => [variant, count]));
    },
  };
}

function heldIn(entries: readonly DemandEntry[]): ReadonlyMap<VariantId, number> {
  const counts = new Map<VariantId, number>();
  for (const { held } of entries) for (const [variant, count] of held) addTo(counts, variant, count);
  return counts;
}
