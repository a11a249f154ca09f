// The clairvoyant of a scenario: the bound of its cost, and a policy that knows its arrivals.

import { milliseconds, resolveObjective } from '@pareto/core';
import type { Solver } from '@pareto/solver';
import { createPartRng } from '../../numbers/seeds.js';
import type { ServingPolicy } from '../../policies/serving-policy.js';
import type { Scenario } from '../../scenario/scenario.js';
import { countDemand, type ClairvoyantInput } from './demand/count-demand.js';
import type { ReplicaSpan } from './feasible/replica-spans.js';
import { defaultFeasibleParams, type FeasibleParams } from './feasible/params.js';
import { planFeasible } from './feasible/plan-feasible.js';
import { clairvoyantPolicy } from './feasible/timed-planner.js';
import { boundCost, defaultRelaxedParams, type RelaxedBound, type RelaxedParams } from './relaxed/bound-cost.js';
import type { SolveLimits } from './solved.js';

export interface ClairvoyantParams extends RelaxedParams, FeasibleParams {
  /** Length of the windows of the demand. */
  readonly windowMs: number;
}

export const defaultClairvoyantParams: ClairvoyantParams = {
  windowMs: 10_000,
  ...defaultRelaxedParams,
  ...defaultFeasibleParams,
};

/** Bounds the cost of a run with a seed. Workers that join count from the beginning. Throws as `valuesOf` does if the solver fails. */
export const boundScenario = (
  solver: Solver,
  scenario: Scenario,
  seed: number,
  limits: SolveLimits,
  params: ClairvoyantParams = defaultClairvoyantParams,
): Promise<RelaxedBound> => {
  const joining = scenario.faults.flatMap((fault) =>
    fault.kind === 'worker-joins' ? [{ ...fault.of, count: 1 }] : [],
  );
  const { fleet, ...rest } = inputOf(scenario, seed, params);
  const workers = [...fleet.workers, ...joining];
  return boundCost(solver, { ...rest, fleet: { ...fleet, workers } }, limits, params);
};

export interface PlannedScenario {
  readonly policy: ServingPolicy;
  /** Replicas for which no worker had the memory. The policy runs without them. */
  readonly unplaced: readonly ReplicaSpan[];
}

/** Plans the replicas of a run with a seed, without regard to faults. Throws as `valuesOf` does if the solver fails. */
export async function planScenario(
  solver: Solver,
  scenario: Scenario,
  seed: number,
  limits: SolveLimits,
  params: ClairvoyantParams = defaultClairvoyantParams,
): Promise<PlannedScenario> {
  const { assignments, unplaced } = await planFeasible(solver, inputOf(scenario, seed, params), limits, params);
  return { policy: clairvoyantPolicy(assignments), unplaced };
}

/** Returns what a clairvoyant knows. */
function inputOf(scenario: Scenario, seed: number, { windowMs }: ClairvoyantParams): ClairvoyantInput {
  const { registry, fleet, streams, durationMs } = scenario;
  const demand = countDemand(
    {
      streams: streams.map(({ task, objective }) => {
        const latencyMs = registry.tasks.find(({ name }) => name === task)?.defaultLatencyMs;
        const fallback = latencyMs === undefined ? {} : { latencyMs: milliseconds(latencyMs) };
        return { task, objective: resolveObjective(objective, fallback) };
      }),
      arrivals: (stream) => streams[stream]?.arrivals(createPartRng(seed, 'arrivals', stream)) ?? [],
      ...{ fromMs: 0, durationMs },
    },
    windowMs,
  );
  return { registry, fleet, demand };
}
