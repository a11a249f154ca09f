// The clairvoyant: plans a run with its true arrivals, and bounds the cost of every policy.

import { milliseconds, resolveObjective } from '@pareto/core';
import { createPartRng } from '../../numbers/seeds.js';
import type { ForeseenRun, ServingPolicy } from '../../policies/serving-policy.js';
import { farLimits } from '../../solve/solved.js';
import type { SimulationResult } from '../../result/simulation-result.js';
import type { Scenario } from '../../scenario/scenario.js';
import { countDemand, type ClairvoyantInput } from './demand/count-demand.js';
import { defaultFeasibleParams, type FeasibleParams } from './feasible/params.js';
import { planFeasible } from './feasible/plan-feasible.js';
import { plannedPolicy } from './feasible/timed-planner.js';
import { pickPlanned, plannedSettings, type PlannedSetting } from './pick-planned.js';
import { boundCost, defaultRelaxedParams, type RelaxedParams } from './relaxed/bound-cost.js';

export interface ClairvoyantParams extends RelaxedParams, Omit<FeasibleParams, keyof PlannedSetting> {
  /** Maximum length of the windows of the demand. Longer ones are used where a run would have more than `maxWindows`. */
  readonly windowMs: number;
  readonly maxWindows: number;
  /** The run is planned and simulated with each of them. */
  readonly settings: readonly PlannedSetting[];
}

export const defaultClairvoyantParams: ClairvoyantParams = {
  windowMs: 10_000,
  maxWindows: 360,
  settings: plannedSettings,
  ...defaultRelaxedParams,
  ...defaultFeasibleParams,
};

const name = 'clairvoyant';

export const createClairvoyant = (params: ClairvoyantParams = defaultClairvoyantParams): ServingPolicy => ({
  ...{ kind: 'clairvoyant', name },
  run: (run) => runClairvoyant(run, params),
});

/**
 * Returns the result of the best setting, with the bound. If the run is stopped, returns the part that the setting has simulated, or throws
 * the reason if it is planning. Throws as `valuesOf` does if the solver fails.
 */
async function runClairvoyant(
  { scenario, seed, solver, signal, simulate }: ForeseenRun,
  params: ClairvoyantParams,
): Promise<SimulationResult> {
  const input = inputOf(scenario, seed, params);
  const options = { ...farLimits, ...(signal !== undefined && { signal }) };
  const { usd, attainment } = await boundCost(solver, withJoining(input, scenario), options, params);
  const results: SimulationResult[] = [];
  for (const [index, setting] of params.settings.entries()) {
    const { assignments, used } = await planFeasible(solver, input, options, { ...params, ...setting });
    const result = await simulate(plannedPolicy(name, assignments), index, params.settings.length);
    results.push({ ...result, clairvoyant: { bound: { usd, attainment }, setting, workers: used } });
    if (result.simulatedMs < result.durationMs) return results[index] ?? result;
  }
  return pickPlanned(results, 1 - params.missedShare);
}

/** Returns what a clairvoyant knows. It does not know the faults. */
function inputOf(scenario: Scenario, seed: number, { windowMs, maxWindows }: ClairvoyantParams): ClairvoyantInput {
  const { registry, fleet, streams, durationMs } = scenario;
  // Windows of equal length, so that the last one is not shorter than its rates assume.
  const windows = Math.min(maxWindows, Math.ceil(durationMs / windowMs));
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
    Math.ceil(durationMs / windows),
  );
  return { registry, fleet, demand };
}

/** Adds the workers that join to the fleet, as if they were there from the beginning. */
function withJoining({ fleet, ...input }: ClairvoyantInput, { faults }: Scenario): ClairvoyantInput {
  const joining = faults.flatMap((fault) => (fault.kind === 'worker-joins' ? [{ ...fault.of, count: 1 }] : []));
  return { ...input, fleet: { ...fleet, workers: [...fleet.workers, ...joining] } };
}
