// Puts the replicas of an allocation onto workers: where they run already, and on few workers.

import type { WorkerInfo } from '@pareto/core';
import type { ServingReplica } from '../../policies/serving-policy.js';
import type { AllocationProblem } from './formulate-allocation.js';
import type { Pool } from './pools.js';
import type { ScalableOption } from './scalable-option.js';

export interface PlacedReplica {
  readonly option: ScalableOption;
  readonly worker: WorkerInfo;
}

/** A worker with what is left of it. */
export interface Room {
  readonly pool: Pool;
  readonly worker: WorkerInfo;
  slots: number;
  bytes: number;
  /** Replicas that run there and are not kept. */
  readonly replaced: ServingReplica[];
}

export interface Placement {
  readonly placed: readonly PlacedReplica[];
  readonly rooms: readonly Room[];
}

/**
 * Places as many replicas of each option as `counts` states, as far as memory allows. A pool uses the workers with the most replicas that
 * stay, and no more of them than the slots need.
 */
export function placeReplicas(
  { pools, options }: Pick<AllocationProblem, 'pools' | 'options'>,
  counts: readonly number[],
  running: readonly ServingReplica[],
): Placement {
  const placed: PlacedReplica[] = [];
  const rooms = pools.flatMap((pool) => {
    const wanted = options.flatMap((one, index) =>
      one.pool === pool ? [{ option: one.option, left: counts[index] ?? 0 }] : [],
    );
    const own = orderRooms(pool, running, wanted);
    const needed = Math.ceil(wanted.reduce((sum, { left }) => sum + left, 0) / pool.slots);
    const place = (room: Room, of: { readonly option: ScalableOption; left: number }): void => {
      of.left -= 1;
      placed.push(take(room, of.option));
    };
    for (const [index, room] of own.entries())
      for (const replica of running.filter(({ worker }) => worker.id === room.worker.id)) {
        const of = wanted.find(({ option, left }) => left > 0 && option.variant === replica.variant);
        if (index < needed && of !== undefined && fits(room, of.option)) place(room, of);
        else room.replaced.push(replica);
      }
    for (const of of wanted.toSorted((a, b) => b.option.profile.memoryBytes - a.option.profile.memoryBytes))
      while (of.left > 0) {
        const room = own.find((one) => fits(one, of.option));
        if (room === undefined) break;
        place(room, of);
      }
    return own;
  });
  return { placed, rooms };
}

export const fits = ({ slots, bytes }: Room, { profile }: ScalableOption): boolean =>
  slots > 0 && bytes >= profile.memoryBytes;

/** Takes a slot and the memory of a replica from the worker. */
export function take(room: Room, option: ScalableOption): PlacedReplica {
  room.slots -= 1;
  room.bytes -= option.profile.memoryBytes;
  return { option, worker: room.worker };
}

/** Returns the workers of the pool, those with the most replicas of wanted options first. */
function orderRooms(
  pool: Pool,
  running: readonly ServingReplica[],
  wanted: readonly { readonly option: ScalableOption; readonly left: number }[],
): readonly Room[] {
  const variants = new Set(wanted.flatMap(({ option, left }) => (left > 0 ? [option.variant] : [])));
  const stays = new Map<string, number>();
  for (const { worker, variant } of running)
    if (variants.has(variant)) stays.set(worker.id, (stays.get(worker.id) ?? 0) + 1);
  return pool.workers
    .toSorted((a, b) => (stays.get(b.id) ?? 0) - (stays.get(a.id) ?? 0))
    .map((worker) => ({ pool, worker, slots: pool.slots, bytes: pool.memoryBytes, replaced: [] }));
}
