// How much longer than profiled the batches of each variant take now, from the reports of its replicas.

import {
  milliseconds,
  type Assignment,
  type Measurement,
  type Milliseconds,
  type Variant,
  type VariantId,
} from '@pareto/core';
import { p50At } from '../cost/profile-at.js';
import type { Activity } from '../fleet/live-replica.js';
import { versionKey } from '../snapshot/versions.js';
import type { DemandParams } from './demand-params.js';

/** A replica with its activity between the last two reports. */
export interface ActiveReplica {
  readonly assignment: Pick<Assignment, 'variant' | 'version' | 'hardwareClass'>;
  readonly recent: Activity;
}

export interface MeasuredVariant {
  readonly variant: Pick<Variant, 'id' | 'version'>;
  readonly measurements: readonly Measurement[];
}

export type SlowdownParams = Pick<DemandParams, 'slowdownMs' | 'idleSlowdownMs' | 'minBusyMs' | 'maxSlowdown'>;

export interface Slowdowns {
  /** Time of batches divided by the profiled one. */
  readonly byVariant: ReadonlyMap<VariantId, number>;
  /** Time at which each of them was last measured. */
  readonly measuredAt: ReadonlyMap<VariantId, Milliseconds>;
  readonly at: Milliseconds;
}

export const noSlowdowns: Slowdowns = {
  ...{ byVariant: new Map(), measuredAt: new Map(), at: milliseconds(-Infinity) },
};

/**
 * Returns the slowdowns to plan with, or `before` while those are fresh. `replicas` is called only if they are not. A variant that is
 * hardly busy any more keeps its slowdown for `idleSlowdownMs`: if it lost its demand because it is slow, it would get that back.
 */
export function followSlowdowns(
  before: Slowdowns,
  isSameSnapshot: boolean,
  replicas: () => readonly ActiveReplica[],
  variants: readonly MeasuredVariant[],
  now: Milliseconds,
  params: SlowdownParams,
): Slowdowns {
  if (isSameSnapshot && now - before.at < params.slowdownMs) return before;
  const measured = measureSlowdowns(replicas(), variants, params);
  const byVariant = new Map(Array.from(measured).filter(isSlow));
  const measuredAt = new Map(Array.from(byVariant.keys(), (variant) => [variant, now]));
  for (const [variant, slowdown] of before.byVariant) {
    const since = before.measuredAt.get(variant) ?? now;
    if (measured.has(variant) || now - since >= params.idleSlowdownMs) continue;
    byVariant.set(variant, slowdown);
    measuredAt.set(variant, since);
  }
  return { byVariant, measuredAt, at: now };
}

/**
 * Returns the time that the batches of each variant took, divided by the profiled time of batches of their mean size. Variants that
 * take no longer than profiled, that were hardly busy, or that have no profile are missing.
 */
export const liveSlowdowns = (
  replicas: readonly ActiveReplica[],
  variants: readonly MeasuredVariant[],
  params: SlowdownParams,
): ReadonlyMap<VariantId, number> => new Map(Array.from(measureSlowdowns(replicas, variants, params)).filter(isSlow));

const isSlow = ([, slowdown]: readonly [VariantId, number]): boolean => slowdown > 1;

/** Returns the slowdowns of all variants that were busy, also of those that take no longer than profiled. */
function measureSlowdowns(
  replicas: readonly ActiveReplica[],
  variants: readonly MeasuredVariant[],
  { minBusyMs, maxSlowdown }: SlowdownParams,
): ReadonlyMap<VariantId, number> {
  const active = replicas.filter(({ recent }) => recent.executions > 0);
  if (active.length === 0) return new Map();
  const known = new Map(variants.map((one) => [versionKey(one.variant.id, one.variant.version), one]));
  const sums = new Map<VariantId, { busyMs: number; profiledMs: number }>();
  for (const { assignment, recent } of active) {
    const { variant, version, hardwareClass } = assignment;
    const measurements = known.get(versionKey(variant, version))?.measurements ?? [];
    const result = measurements.find((one) => one.hardwareClass === hardwareClass)?.result;
    if (result?.kind !== 'measured') continue;
    const sum = sums.get(variant) ?? { busyMs: 0, profiledMs: 0 };
    sums.set(variant, sum);
    sum.busyMs += recent.busyMs;
    sum.profiledMs += recent.executions * p50At(result.profile, recent.items / recent.executions);
  }
  const slowdowns = new Map<VariantId, number>();
  for (const [variant, { busyMs, profiledMs }] of sums) {
    const slowdown = busyMs / profiledMs;
    if (busyMs >= minBusyMs) slowdowns.set(variant, Math.min(maxSlowdown, slowdown));
  }
  return slowdowns;
}
