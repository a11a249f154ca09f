// Whether the variant with the largest batch on an accelerator takes the queries that the others cannot answer.

import { ratedBatch, throughput, type InfaasVariant } from '../infaas-variant.js';
import type { InfaasParams } from '../params.js';
import type { VariantCheck } from './check-variant.js';
import type { Ladder } from './ladder.js';
import { maxReplicas, roomOf, type RunningVariant, type ScalingSnapshot } from './snapshot.js';

export interface UpgradeCheck {
  /** Replicas to load, or -1 if one is too many. */
  readonly count: number;
  /** Set if this variant is scaled up, or suffices as it is, so that the others are not scaled up. */
  readonly isChosen: boolean;
  readonly variant: InfaasVariant;
}

/** Returns undefined if the worker has no accelerator for the architecture. */
export function checkUpgrade(
  ladder: Ladder,
  others: readonly VariantCheck[],
  snapshot: ScalingSnapshot,
  params: InfaasParams,
): UpgradeCheck | undefined {
  const { top, next } = ladder;
  const scaled = top ?? (next && { variant: next, replicas: 0, qps: 0 });
  if (scaled === undefined) return undefined;
  const growing = others.filter(({ count }) => count > 0);
  const needed = scaled.qps + growing.reduce((sum, { delta }) => sum + delta, 0);
  const count = replicasFor(scaled, needed, params);
  if (count > 0) return checkGrowth(scaled, count, growing, ladder, snapshot, params);
  const { variant } = scaled;
  if (top === undefined) return { variant, count: 0, isChosen: false };
  if (isTooMany(scaled, needed, ladder)) return { variant, count: -1, isChosen: false };
  return { variant, count: 0, isChosen: true };
}

function replicasFor({ variant, replicas }: RunningVariant, needed: number, { loadShare }: InfaasParams): number {
  if (needed <= 0) return 0;
  const perReplica = throughput(variant);
  const delta = needed - replicas * perReplica + loadShare * variant.option.profile.loadMs;
  return Math.max(0, Math.ceil(delta / perReplica));
}

/** Compares the load times of the replicas with those of the others. */
function checkGrowth(
  { variant, replicas }: RunningVariant,
  count: number,
  growing: readonly VariantCheck[],
  { next }: Ladder,
  snapshot: ScalingSnapshot,
  params: InfaasParams,
): UpgradeCheck {
  const { loadMs, memoryBytes } = variant.option.profile;
  if (count * memoryBytes > roomOf(snapshot, params)) return { variant, count: 0, isChosen: false };
  const largest = Math.max(1, ...growing.map((one) => ratedBatch(one.variant)));
  const isBeyond = replicas + count > maxReplicas(variant, snapshot, params) || ratedBatch(variant) < largest;
  if (isBeyond) return { variant: next ?? variant, count, isChosen: true };
  // The worker has another accelerator for it. Those of the source have one.
  if (replicas > 0) return { variant, count, isChosen: true };
  const cost = growing.reduce((sum, one) => sum + (one.canScale ? one.cost : 0), 0);
  return { variant, count, isChosen: cost > params.upgradeFactor * loadMs * count };
}

/** Returns whether the smaller variant, or one replica less, answers the queries. */
function isTooMany({ variant, replicas, qps }: RunningVariant, needed: number, { down }: Ladder): boolean {
  const enough = down === undefined ? (replicas - 1) * throughput(variant) : throughput(down);
  return qps <= 0 || needed <= Math.max(0, enough);
}
