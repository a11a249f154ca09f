// The program of an allocation from the view of a planner.

import type { PlanningView, ServingReplica } from '../../policies/serving-policy.js';
import type { AllocationProblem } from './formulate-allocation.js';
import { listPoolOptions, listPools } from './pools.js';
import type { ScalableOption } from './scalable-option.js';

/** `demand` are the queries per second of each stream. */
export function problemOf(
  { workers, replicas }: Pick<PlanningView, 'workers' | 'replicas'>,
  options: readonly ScalableOption[],
  demand: readonly number[],
): AllocationProblem {
  const pools = listPools(workers);
  const own = listPoolOptions(pools, options);
  const running = own.map(({ pool, option }) => {
    const ids = new Set(pool.workers.map(({ id }) => id));
    return runningReplicas(replicas).filter(({ variant, worker }) => variant === option.variant && ids.has(worker.id))
      .length;
  });
  return { pools, options: own, demand, running };
}

/** Returns the replicas that load or are ready. */
export const runningReplicas = (replicas: readonly ServingReplica[]): readonly ServingReplica[] =>
  replicas.filter(({ state }) => state !== 'draining');
