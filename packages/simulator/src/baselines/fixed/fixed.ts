// Fixed variants on static replicas, which run what waits as one batch.

import { p95At } from '@pareto/policy';
import type { PolicySetting, QueryServer, ReplicaPlanner, ServingPolicy } from '../../policies/serving-policy.js';
import { countReplicas } from '../options/count-replicas.js';
import { largestBatch } from '../options/variant-option.js';
import type { FixedPreference } from './pick-fixed.js';
import { defaultFixedParams, planFixed, type FixedParams, type FixedReplica } from './plan-fixed.js';
import { createFixedRoute, fixedVariants } from './route-fixed.js';
import { statedRate, type Sizing } from './stated-rate.js';

export interface FixedOptions {
  readonly preference: FixedPreference;
  /** The peak of 10 s if undefined. */
  readonly sizing?: Sizing;
  readonly params?: FixedParams;
}

const defaultSizing: Sizing = { kind: 'peak', periodMs: 10_000 };
/** Time between two plans. They differ only if the workers do. */
const everyMs = 1_000;

export const createFixed = (options: FixedOptions): ServingPolicy => ({
  kind: 'baseline',
  name: `fixed-${options.preference}`,
  plan: (setting) => createFixedPlanner(setting, options),
  serve: (setting) => createFixedServer(setting, options),
});

export function createFixedPlanner(
  setting: PolicySetting,
  { preference, sizing = defaultSizing, params = defaultFixedParams }: FixedOptions,
): ReplicaPlanner {
  const { objectives, warmUpMs, durationMs, arrivals } = setting;
  const demands = fixedVariants(setting, preference).flatMap((option, stream) => {
    const objective = objectives[stream];
    if (option === undefined || objective === undefined) return [];
    const ratePerSecond = statedRate(arrivals(stream), warmUpMs, durationMs, sizing);
    return [{ option, latencyMs: objective.latencyMs, ratePerSecond }];
  });
  let placed: readonly FixedReplica[] = [];
  return {
    everyMs,
    plan({ workers }) {
      placed = planFixed(demands, workers, params, placed);
      return countReplicas(placed.map(({ option: { variant }, worker: { id: worker } }) => ({ variant, worker })));
    },
  };
}

function createFixedServer(setting: PolicySetting, { preference }: FixedOptions): QueryServer {
  const variants = fixedVariants(setting, preference);
  return {
    order: 'due',
    route: createFixedRoute(variants),
    batch({ queue }, now) {
      const [first] = queue;
      const option = first && variants[first.stream];
      if (first === undefined || option === undefined) return { kind: 'drop', count: queue.length };
      const meets = (count: number): boolean => now + p95At(option.profile, count) <= first.dueAt;
      if (!meets(1)) return { kind: 'drop', count: 1 };
      let count = Math.min(queue.length, largestBatch(option));
      while (!meets(count)) count -= 1;
      return { kind: 'run', count };
    },
  };
}
