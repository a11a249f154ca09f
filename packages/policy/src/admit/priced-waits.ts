// While slots are short, a query waits for long only if an answer is worth more than the time of the slot.

import type { Candidate, CongestionPrices, HardwareClassId, Objective } from '@pareto/core';
import { nextMissPrice } from '../cost/miss-prices.js';
import type { AdmitParams } from './admit.js';
import { batchesOf } from './class-shares.js';
import { RecentRejections } from './recent-rejections.js';

export interface PricedWaits {
  /** Returns whether slots of a hardware class have a price of congestion, and were too few for a query lately. */
  isShort(hardwareClass: HardwareClassId, congestion: CongestionPrices | undefined, now: number): boolean;
  /**
   * Returns the maximum wait at a candidate, in batches: `maxDearBatches` if the slot time of an item costs more than to miss the next part
   * of the query's class, which is known from the part that it missed lately. Infinity otherwise, and unless the slots were too few lately:
   * prices follow from a demand that is planned for, and the queue of a burst drains while queries with much time wait.
   */
  maxWaitBatches(asked: PricedQuery, at: PricedWait, now: number): number;
  /** Records what became of a query. `isShort`: it would have been rejected without these limits, for want of time on the slots. */
  record(asked: PricedQuery, at: Pick<PricedWait, 'candidate'>, ended: PricedEnd, now: number): void;
}

interface PricedQuery {
  readonly task: string;
  readonly objective: Objective;
  /** Missing while the slots suffice, so that no wait is limited. */
  readonly congestion?: CongestionPrices | undefined;
}

interface PricedWait {
  readonly candidate: Pick<Candidate, 'hardwareClass'>;
  readonly batchMs: number;
  /** Time of a slot that an item of such a batch takes. */
  readonly itemMs: number;
}

interface PricedEnd {
  readonly isRejected: boolean;
  readonly isShort: boolean;
}

type PricedParams = Pick<AdmitParams, 'maxDearBatches' | 'shortMs' | 'shares'>;

const msPerHour = 3_600_000;

export function createPricedWaits({ maxDearBatches, shortMs, shares: { minBatchMs } }: PricedParams): PricedWaits {
  const rejections = new RecentRejections();
  /** Last time at which the slots of a hardware class were too few for a query. */
  const shortAt = new Map<HardwareClassId, number>();
  const isShort: PricedWaits['isShort'] = (hardwareClass, congestion, now) =>
    (congestion?.usdPerHour[hardwareClass] ?? 0) > 0 && now - (shortAt.get(hardwareClass) ?? -Infinity) <= shortMs;
  return {
    isShort,
    maxWaitBatches({ congestion, ...query }, { candidate: { hardwareClass }, batchMs, itemMs }, now) {
      if (congestion === undefined || congestion.missUsd === 0) return Infinity;
      if (!isShort(hardwareClass, congestion, now)) return Infinity;
      const timeUsd = ((congestion.usdPerHour[hardwareClass] ?? 0) * itemMs) / msPerHour;
      const missUsd = congestion.missUsd * nextMissPrice(rejections.share(classOf(query), now));
      return timeUsd > missUsd ? batchesOf(maxDearBatches * Math.max(batchMs, minBatchMs), batchMs) : Infinity;
    },
    record({ congestion, ...query }, { candidate: { hardwareClass } }, { isRejected, isShort }, now) {
      if (isShort) shortAt.set(hardwareClass, now);
      if (congestion !== undefined) rejections.record(classOf(query), isRejected, now);
    },
  };
}

/** Queries of a task with about the same floor and latency, as plans group them. */
const classOf = ({ task, objective: { latencyMs, minAccuracy } }: Pick<PricedQuery, 'task' | 'objective'>): string =>
  `${Math.round(2 * Math.log2(latencyMs))} ${Math.ceil(1_000 * (minAccuracy ?? 0))} ${task}`;
