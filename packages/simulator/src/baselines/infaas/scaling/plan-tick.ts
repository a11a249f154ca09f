// A tick of the model autoscaler of a worker: what is loaded and unloaded now. A replica is unloaded only after it was too many in
// several ticks in a row.

import type { InfaasVariant } from '../infaas-variant.js';
import type { InfaasParams } from '../params.js';
import type { ScalingRequest } from './plan-scaling.js';
import type { ScalingSnapshot } from './snapshot.js';

/** A number of replicas to load or to unload. */
interface ReplicaCount {
  readonly variant: InfaasVariant;
  readonly count: number;
}

export interface ScalingTick {
  readonly loads: readonly ReplicaCount[];
  readonly unloads: readonly ReplicaCount[];
  /** Number of ticks in a row in which a replica of a variant was too many, by name. */
  readonly tooMany: ReadonlyMap<string, number>;
}

/** `tooMany` is that of the tick before. */
export function planTick(
  requests: readonly ScalingRequest[],
  { running, loading }: Pick<ScalingSnapshot, 'running' | 'loading'>,
  tooMany: ReadonlyMap<string, number>,
  { kinds }: InfaasParams,
): ScalingTick {
  const loads: ReplicaCount[] = [];
  const unloads: ReplicaCount[] = [];
  const counted = new Map<string, number>();
  const replicasOf = (variant: InfaasVariant): number => running.find((one) => one.variant === variant)?.replicas ?? 0;
  for (const request of requests) {
    const { variant } = request;
    if (request.kind === 'up') loads.push({ variant, count: request.count });
    if (request.kind === 'replaced') unloads.push({ variant, count: replicasOf(variant) });
    if (request.kind !== 'down') continue;
    const ticks = (tooMany.get(variant.name) ?? 0) + 1;
    const { instead } = request;
    const needsOther = instead !== undefined && replicasOf(variant) === 1 && replicasOf(instead) === 0;
    const isDue = ticks >= kinds[variant.kind].scaleDownTicks;
    if (!isDue || needsOther) counted.set(variant.name, ticks);
    if (isDue && !needsOther) unloads.push({ variant, count: 1 });
    if (isDue && needsOther && !loading.has(instead.name)) loads.push({ variant: instead, count: 1 });
  }
  return { loads, unloads, tooMany: counted };
}
