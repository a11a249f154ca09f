// What the queries of one variant on a worker need, if it is scaled alone.

import { throughput, type InfaasVariant } from '../infaas-variant.js';
import type { InfaasParams } from '../params.js';
import { isAccelerated } from './ladder.js';
import { maxReplicas, roomOf, type RunningVariant, type ScalingSnapshot } from './snapshot.js';

export interface VariantCheck {
  readonly variant: InfaasVariant;
  /** Replicas to load, as many as the queries need, or -1 if one is too many. */
  readonly count: number;
  /** Queries per second beyond what its replicas are taken to answer. 0 if there are none. */
  readonly delta: number;
  /** Set if the worker has the memory for them, and may have as many. */
  readonly canScale: boolean;
  /** Load time of all replicas, in ms. */
  readonly cost: number;
}

export function checkVariant(one: RunningVariant, snapshot: ScalingSnapshot, params: InfaasParams): VariantCheck {
  const { variant, replicas, qps } = one;
  const perReplica = throughput(variant);
  const delta = deltaOf(one, replicas * perReplica, params);
  const count = Math.ceil(delta / perReplica);
  if (count <= 0) {
    const isTooMany = qps <= Math.max(0, (replicas - 1) * perReplica);
    return { variant, count: isTooMany ? -1 : 0, delta: 0, canScale: true, cost: 0 };
  }
  const { loadMs, memoryBytes } = variant.option.profile;
  const isBeyond = replicas + count > maxReplicas(variant, snapshot, params);
  const hasMemory = count * memoryBytes <= roomOf(snapshot, params);
  return {
    ...{ variant, count, delta, canScale: hasMemory && !(isBeyond && isAccelerated(variant)) },
    cost: loadMs * (count + (isBeyond ? params.limitPenalty : 0)),
  };
}

function deltaOf({ variant, qps }: RunningVariant, capacity: number, { cpuShare, loadShare }: InfaasParams): number {
  if (!isAccelerated(variant)) return qps - cpuShare * capacity;
  return qps - capacity + loadShare * variant.option.profile.loadMs * capacity;
}
