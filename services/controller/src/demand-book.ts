// What routers say is asked: rates over a sliding window, and the cold variants that queries are held for.

import { variantId, type Milliseconds, type VariantId } from '@pareto/core';
import type { wire } from '@pareto/rpc';

export interface TargetRates {
  requestsPerSecond: number;
  refusedPerSecond: number;
  violationsPerSecond: number;
}

export interface DemandBook {
  /** True when queries are held that were not before: a turn is due at once. */
  add(router: string, demand: wire.Demand, now: Milliseconds): boolean;
  /** Items per second by variant; what was refused counts in proportion to what was answered. */
  itemsPerSecond(now: Milliseconds): ReadonlyMap<VariantId, number>;
  byTarget(now: Milliseconds): ReadonlyMap<string, TargetRates>;
  /** Cold variants waited for now, the most waited for first. */
  held(now: Milliseconds): readonly VariantId[];
}

interface Sample {
  readonly at: Milliseconds;
  readonly entries: readonly wire.DemandEntry[];
  /** Of what it counts, that was asked within the window: a router tells all at once of the time that it had no controller. */
  readonly share: number;
}

const windowMs = 5_000;
/** A router repeats each second what it holds. */
const heldMs = 2_500;

export function createDemandBook(): DemandBook {
  let samples: readonly Sample[] = [];
  /** By router and variant. */
  const holds = new Map<string, { readonly variant: VariantId; readonly count: number; readonly at: Milliseconds }>();

  const recentSamples = (now: Milliseconds): readonly Sample[] => samples.filter(({ at }) => now - at < windowMs);
  /** With what one of its counts is per second. */
  const recent = (now: Milliseconds): readonly (readonly [wire.DemandEntry, number])[] =>
    recentSamples(now).flatMap(({ entries, share }) =>
      entries.map((entry) => [entry, (share * 1000) / windowMs] as const),
    );

  return {
    add(router, demand, now) {
      const share = demand.windowMs > windowMs ? windowMs / demand.windowMs : 1;
      samples = [...recentSamples(now), { at: now, entries: demand.entries, share }];
      let isNew = false;
      for (const { held, heldVariant } of demand.entries) {
        if (held === 0 || heldVariant === '') continue;
        const key = `${router} ${heldVariant}`;
        const before = holds.get(key);
        isNew ||= before === undefined || now - before.at >= heldMs;
        holds.set(key, { variant: variantId(heldVariant), count: held, at: now });
      }
      return isNew;
    },
    itemsPerSecond(now) {
      const rates = new Map<VariantId, number>();
      for (const [entry, perSecond] of recent(now)) {
        const answered = entry.requests - entry.refused;
        const factor = answered > 0 ? entry.requests / answered : 1;
        for (const [name, items] of Object.entries(entry.itemsByVariant)) {
          const id = variantId(name);
          rates.set(id, (rates.get(id) ?? 0) + items * factor * perSecond);
        }
      }
      return rates;
    },
    byTarget(now) {
      const targets = new Map<string, TargetRates>();
      for (const [{ target, requests, refused, violations }, perSecond] of recent(now)) {
        const rates = targets.get(target) ?? { requestsPerSecond: 0, refusedPerSecond: 0, violationsPerSecond: 0 };
        rates.requestsPerSecond += requests * perSecond;
        rates.refusedPerSecond += refused * perSecond;
        rates.violationsPerSecond += violations * perSecond;
        targets.set(target, rates);
      }
      return targets;
    },
    held(now) {
      const counts = new Map<VariantId, number>();
      for (const [key, { variant, count, at }] of holds) {
        if (now - at >= heldMs) holds.delete(key);
        else counts.set(variant, (counts.get(variant) ?? 0) + count);
      }
      return [...counts].sort((a, b) => b[1] - a[1]).map(([variant]) => variant);
    },
  };
}
