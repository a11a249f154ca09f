// Computes how busy workers are: the share of time in which batches occupied their slots.

import type { Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/protocol';

/** Cumulative busy time of replicas by id, at one moment. */
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

/** Returns the busy share by worker id over `times`. A new or restarted replica counts from its first appearance. */
export function busyShares(workers: readonly Load[], times: readonly BusyTimes[]): ReadonlyMap<string, number> {
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return new Map();
  const busyUs = (id: string): number =>
    times.slice(1).reduce((sum, { busyUs: now }, i) => sum + growth(times[i]?.busyUs.get(id), now.get(id)), 0);
  return new Map(
    workers.map((worker) => {
      const busyTotalUs = worker.replicas.reduce((sum, { replicaId }) => sum + busyUs(replicaId), 0);
      return [worker.workerId, Math.min(1, busyTotalUs / 1000 / (last.at - first.at) / Math.max(1, slotsOf(worker)))];
    }),
  );
}

function growth(before: number | undefined, now: number | undefined): number {
  if (before === undefined || now === undefined) return 0;
  return now >= before ? now - before : now;
}
