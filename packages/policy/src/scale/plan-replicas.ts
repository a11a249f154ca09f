// Replica counts for the measured demand at the target utilisation. They grow immediately and shrink after a delay.

import type { Milliseconds, Profile, VariantId } from '@pareto/core';
import { batchCeiling } from '../batch/batch-ceiling.js';
import { p50At } from '../cost/profile-at.js';

export interface VariantDemand {
  readonly variant: VariantId;
  readonly itemsPerSecond: number;
  /** Profile on the variant's cheapest hardware class. */
  readonly profile: Profile;
  /** Default latency of the task, which limits the batch size. */
  readonly latencyMs: number;
  /** Slots of the workers that can hold the variant, each for one replica. */
  readonly slots: number;
}

export interface ScaleParams {
  readonly targetUtilisation: number;
  /** Time for which demand must be lower before the count is reduced. */
  readonly holdDownMs: Milliseconds;
}

export const defaultScaleParams: ScaleParams = { targetUtilisation: 0.7, holdDownMs: 60_000 as Milliseconds };

/**
 * Replicas of one variant. `lower` is set while the variant needs fewer: since when, and the most needed since then.
 */
interface VariantScale {
  readonly replicas: number;
  readonly lower: { readonly since: Milliseconds; readonly peak: number } | undefined;
}

/** State carried from one turn to the next. Initially an empty map. */
export type ScaleState = ReadonlyMap<VariantId, VariantScale>;

export interface ReplicaPlan {
  readonly wanted: ReadonlyMap<VariantId, number>;
  readonly state: ScaleState;
}

/**
 * Returns the replicas for the current demand: items/s × seconds per item at the batch ceiling / target utilisation.
 */
function neededReplicas(demand: VariantDemand, params: ScaleParams): number {
  const batch = batchCeiling(demand.profile, demand.latencyMs);
  const secondsPerItem = p50At(demand.profile, batch) / batch / 1000;
  const needed = Math.ceil((demand.itemsPerSecond * secondsPerItem) / params.targetUtilisation);
  return Math.min(demand.slots, needed);
}

/**
 * Returns the replicas of each variant. A variant of `state` that is missing in `demands` has no demand. Counts of
 * `cold` variants shrink without delay.
 */
export function planReplicas(
  state: ScaleState,
  demands: readonly VariantDemand[],
  params: ScaleParams,
  now: Milliseconds,
  cold: Pick<ReadonlySet<VariantId>, 'has'> = nothing,
): ReplicaPlan {
  const needed = new Map<VariantId, number>();
  for (const variant of state.keys()) needed.set(variant, 0);
  for (const demand of demands) needed.set(demand.variant, neededReplicas(demand, params));
  const next = new Map<VariantId, VariantScale>();
  const wanted = new Map<VariantId, number>();
  for (const [variant, need] of needed) {
    const scale = scaleVariant(cold.has(variant) ? undefined : state.get(variant), need, params, now);
    if (scale.replicas === 0) continue;
    next.set(variant, scale);
    wanted.set(variant, scale.replicas);
  }
  return { wanted, state: next };
}

const nothing: ReadonlySet<VariantId> = new Set();

function scaleVariant(
  before: VariantScale | undefined,
  need: number,
  params: ScaleParams,
  now: Milliseconds,
): VariantScale {
  if (before === undefined || need >= before.replicas) return { replicas: need, lower: undefined };
  const lower = before.lower ?? { since: now, peak: need };
  const peak = Math.max(lower.peak, need);
  if (now - lower.since < params.holdDownMs) return { replicas: before.replicas, lower: { since: lower.since, peak } };
  return { replicas: peak, lower: undefined };
}
