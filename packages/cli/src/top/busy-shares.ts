// How busy workers are: the time that their slots were held by batches, between two pictures.

import type { Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';

/** What replicas had been busy when it was looked, by their id. */
export interface BusyTimes {
  readonly at: Milliseconds;
  readonly busyUs: ReadonlyMap<string, number>;
}

type Load = Pick<wire.Worker, 'workerId' | 'replicas' | 'slotGroups'>;

export const busyTimes = (workers: readonly Load[], at: Milliseconds): BusyTimes => ({
  at,
  busyUs: new Map(workers.flatMap(({ replicas }) => replicas.map(({ replicaId, busyUs }) => [replicaId, busyUs]))),
});

export const slotsOf = ({ slotGroups }: Load): number => slotGroups.reduce((sum, { slots }) => sum + slots, 0);

/** By worker, from the oldest to the newest. A replica that is new, or whose process is, counts from when it was first seen. */
export function busyShares(workers: readonly Load[], times: readonly BusyTimes[]): ReadonlyMap<string, number> {
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return new Map();
  const busyUs = (id: string): number =>
    times.slice(1).reduce((sum, { busyUs: now }, i) => sum + growth(times[i]?.busyUs.get(id), now.get(id)), 0);
  return new Map(
    workers.map((worker) => {
      const held = worker.replicas.reduce((sum, { replicaId }) => sum + busyUs(replicaId), 0);
      return [worker.workerId, Math.min(1, held / 1000 / (last.at - first.at) / Math.max(1, slotsOf(worker)))];
    }),
  );
}

function growth(before: number | undefined, now: number | undefined): number {
  if (before === undefined || now === undefined) return 0;
  return now >= before ? now - before : now;
}
