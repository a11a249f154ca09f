// Static replicas of fixed variants: how many each has, and on which workers.

import { groupBy, type WorkerInfo } from '@pareto/core';
import { batchCeiling, p50At } from '@pareto/policy';
import type { VariantOption } from '../options/variant-option.js';

export interface FixedParams {
  /** Share of its time that a replica is busy at the stated rate, if the fleet has enough slots. Assumed. */
  readonly maxUtilisation: number;
}

export const defaultFixedParams: FixedParams = { maxUtilisation: 0.8 };

/** Queries that a fixed variant answers, at the rate that its replicas are sized for. */
export interface FixedDemand {
  readonly option: VariantOption;
  readonly latencyMs: number;
  readonly ratePerSecond: number;
}

export interface FixedReplica {
  readonly option: VariantOption;
  readonly worker: WorkerInfo;
}

/** `placed` are the replicas that were placed before: those on workers that remain stay there. */
export function planFixed(
  demands: readonly FixedDemand[],
  workers: readonly WorkerInfo[],
  { maxUtilisation }: FixedParams,
  placed: readonly FixedReplica[] = [],
): readonly FixedReplica[] {
  const needed = Array.from(
    groupBy(demands, ({ option }) => option),
    ([option, own]) => ({ option, count: Math.max(1, Math.ceil(busyReplicas(option, own) / maxUtilisation)) }),
  );
  return placeStatically(needed, workers, placed);
}

/** Returns the number of replicas that the queries keep busy with batches of the size that their strictest latency allows. */
function busyReplicas({ profile }: VariantOption, demands: readonly FixedDemand[]): number {
  const batch = batchCeiling(profile, Math.min(...demands.map(({ latencyMs }) => latencyMs)));
  const ratePerSecond = demands.reduce((sum, demand) => sum + demand.ratePerSecond, 0);
  return (ratePerSecond * p50At(profile, batch)) / batch / 1_000;
}

interface Needed {
  readonly option: VariantOption;
  readonly count: number;
}

/** A worker with what is left of it. */
interface Room {
  readonly worker: WorkerInfo;
  slots: number;
  bytes: number;
}

/**
 * Places each replica on a slot of its own, on as few workers as possible. If the slots do not suffice, each option gets the same share
 * of what it needs. The first replica of an option is placed even if it has to share a slot, as far as memory allows.
 */
function placeStatically(
  needed: readonly Needed[],
  workers: readonly WorkerInfo[],
  placed: readonly FixedReplica[],
): readonly FixedReplica[] {
  const rooms = workers.map((worker): Room => ({ worker, slots: slotsOf(worker), bytes: worker.memoryBytes }));
  const place = (option: VariantOption, room: Room): FixedReplica => {
    room.slots -= 1;
    room.bytes -= option.profile.memoryBytes;
    return { option, worker: room.worker };
  };
  const staying = placed.flatMap(({ option, worker: { id } }) => {
    const room = rooms.find(({ worker }) => worker.id === id);
    return room === undefined ? [] : [place(option, room)];
  });
  // More than there are slots are never placed.
  const most = workers.reduce((sum, worker) => sum + slotsOf(worker), 0);
  return needed
    .flatMap(({ option, count }) =>
      Array.from({ length: Math.min(count, Math.max(1, most)) }, (_, index) => ({ option, share: index / count })),
    )
    .toSorted((a, b) => a.share - b.share)
    .flatMap(({ option, share }) => {
      const own = staying.findIndex((one) => one.option === option);
      if (own >= 0) return staying.splice(own, 1);
      const fitting = rooms.filter((room) => hosts(room.worker, option) && room.bytes >= option.profile.memoryBytes);
      const [emptiest] = fitting.toSorted((a, b) => b.slots - a.slots);
      const room = fitting.find(({ slots }) => slots > 0) ?? (share === 0 ? emptiest : undefined);
      return room === undefined ? [] : [place(option, room)];
    });
}

const slotsOf = ({ slotGroups }: WorkerInfo): number => slotGroups.reduce((sum, { slots }) => sum + slots, 0);

/** Returns whether a worker has slots of the option's class. */
export const hosts = ({ slotGroups }: WorkerInfo, { hardwareClass: id }: VariantOption): boolean =>
  slotGroups.some(({ hardwareClass }) => hardwareClass.id === id);
