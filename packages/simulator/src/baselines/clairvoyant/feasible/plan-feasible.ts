// Plans the replicas of a whole run with the true arrivals.

import type { Solver } from '@pareto/solver';
import type { ClairvoyantInput } from '../demand/count-demand.js';
import { valuesOf, type SolveLimits } from '../../../solve/solved.js';
import { formulateWindow, listOptions, peakRates, type Option, type WindowState } from './formulate-window.js';
import { packSpans, type PackedSpans } from './pack-spans.js';
import { defaultFeasibleParams, type FeasibleParams } from './params.js';
import { replicaSpans, type PlannedOption } from './replica-spans.js';

/** Time between two plans of a simulation, by which a load may begin later than it is due. */
export const planEveryMs = 1_000;

/** Throws as `valuesOf` does if the solver fails. */
export async function planFeasible(
  solver: Solver,
  input: ClairvoyantInput,
  limits: SolveLimits,
  params: FeasibleParams = defaultFeasibleParams,
): Promise<PackedSpans> {
  const { streams, windowMs } = input.demand;
  const { windowsPerPlan, relativeGap, iterations } = params;
  const options = listOptions(input, params.latencyShare);
  const windows = Math.max(0, ...streams.map(({ counts }) => counts.length));
  const planMs = windowsPerPlan * windowMs;
  const plans: (readonly PlannedOption[])[] = [];
  for (let window = 0; window < windows; window += windowsPerPlan) {
    const rates = peakRates(streams, windowMs, window, windowsPerPlan);
    const before = plans.at(-1)?.map(({ replicas }) => replicas) ?? [];
    plans.push(await planWindow({ rates, before, windowMs: planMs }, options));
  }
  return packSpans(input.fleet, replicaSpans(options, plans, planMs, planEveryMs), params.utilisation);

  async function planWindow(state: WindowState, options: readonly Option[]): Promise<readonly PlannedOption[]> {
    const { program, optionColumns } = formulateWindow(input, options, state, params);
    const outcome = await solver.solve(program, { ...limits, relativeGap, iterations });
    const { values } = valuesOf(outcome, 'planning the replicas of a window');
    return optionColumns.map(({ replicas, busySlots }) => ({
      replicas: Math.round(values[replicas] ?? 0),
      busySlots: busySlots.reduce((sum, column) => sum + (values[column] ?? 0), 0),
    }));
  }
}
