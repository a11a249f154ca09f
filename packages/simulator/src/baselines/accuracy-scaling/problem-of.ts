// The program of an allocation from the view of a planner.

import type { PlanningView } from '../../policies/serving-policy.js';
import type { AllocationProblem } from './formulate-allocation.js';
import { listPoolOptions, listPools } from './pools.js';
import type { ScalableOption } from './scalable-option.js';

/** Workers, and the replicas of the allocation before. */
export type AllocationView = Pick<PlanningView, 'workers' | 'replicas'>;

/** `demand` are the queries per second of each stream. */
export function problemOf(
  { workers, replicas }: AllocationView,
  options: readonly ScalableOption[],
  demand: readonly number[],
): AllocationProblem {
  const pools = listPools(workers);
  const own = listPoolOptions(pools, options);
  const running = own.map(({ pool, option }) => {
    const ids = new Set(pool.workers.map(({ id }) => id));
    return replicas.filter(({ variant, worker }) => variant === option.variant && ids.has(worker.id)).length;
  });
  return { pools, options: own, demand, running };
}
