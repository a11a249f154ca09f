// The numbers that tune how batches and steps share the slots of a worker.

import { defaultEstimateParams, type EstimateParams } from '../estimate/service-estimate.js';
import { defaultWaitParams, type WaitParams } from '../estimate/wait-estimate.js';

export interface SlotParams {
  /** Time after which a replica or step that waits gets the next free slot, in ms, whenever the queries of others are due. */
  readonly maxWaitMs: number;
  /** Time after which a run of a step is due, in ms. */
  readonly stepDueMs: number;
  /**
   * Time in the queue after which a query is served first, in ms, so that none starves behind queries of a higher priority. At most
   * half of the time until the query is due.
   */
  readonly maxOvertakenMs: number;
  /** Maximum number of batches in an executor: one runs, and the others wait in its socket. */
  readonly maxInFlight: number;
  /** Share of a run's time outside of the executor from which sending ahead saves time. */
  readonly minOverhead: number;
  /** Weight of the last run in the average of that share. */
  readonly overheadWeight: number;
  /** Multiple of the expected time of a run after which it gives up its slot to other replicas, because it may never end. */
  readonly overdueFactor: number;
  /** Minimum of that time, in ms. */
  readonly minOverdueMs: number;
  /** Expected time of a run of a variant without a profile, in ms. */
  readonly unknownRunMs: number;
  /** Parameters of the estimate of the time of batches. */
  readonly estimate: EstimateParams;
  /** Parameters of the errors of expected times. */
  readonly wait: WaitParams;
}

export const defaultSlotParams: SlotParams = {
  maxWaitMs: 500,
  stepDueMs: 100,
  maxOvertakenMs: 500,
  maxInFlight: 2,
  minOverhead: 0.02,
  overheadWeight: 0.1,
  overdueFactor: 4,
  minOverdueMs: 100,
  unknownRunMs: 250,
  estimate: defaultEstimateParams,
  wait: defaultWaitParams,
};
