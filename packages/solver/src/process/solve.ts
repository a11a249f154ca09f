// Solves a program with HiGHS, in the process of its own.

import type { Highs, HighsCallbackMap, Model } from 'highs';
import type { Incumbent, SolveOutcome } from '../program/outcome.js';
import type { SolveRequest } from './messages.js';

/** Limit that an integer program reached. */
type ReachedLimit = 'cpu' | 'iterations';

/** Returns the CPU time of the process since its start. */
export function totalCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Solves a program. Throws an error of WebAssembly if it reaches the limit of memory. */
export function solve(highs: Highs, request: SolveRequest): SolveOutcome {
  return highs.withModel((model) => {
    const startedMs = totalCpuMs();
    const isInteger = request.model.integrality !== undefined;
    model.options.set(optionsOf(request, isInteger));
    model.passModel({ ...request.model, sense: highs.constants.objectiveSense[request.sense] });
    if (isInteger && request.start !== undefined) model.setSolution({ colValue: request.start });
    const solved = run(highs, model, request, startedMs);
    return outcomeOf(highs, model, { ...solved, isInteger, cpuMs: totalCpuMs() - startedMs });
  });
}

function optionsOf(
  { wallMs, iterations, relativeGap }: SolveRequest,
  isInteger: boolean,
): Record<string, number | boolean> {
  return {
    output_flag: false,
    time_limit: wallMs / 1000,
    ...(relativeGap !== undefined && { mip_rel_gap: relativeGap }),
    ...(iterations !== undefined && !isInteger && { simplex_iteration_limit: iterations }),
  };
}

interface Run {
  readonly modelStatus: number;
  readonly reached?: ReachedLimit;
}

function run(highs: Highs, model: Model, request: SolveRequest, startedMs: number): Run {
  const { modelStatus, callbackType } = highs.constants;
  const { cpuMs, iterations = Infinity } = request;
  let reached: ReachedLimit | undefined;
  const callbacks: HighsCallbackMap = {
    [callbackType.mipInterrupt](event) {
      if (Number(event.data.mip_total_lp_iterations ?? 0) >= iterations) reached = 'iterations';
      else if (totalCpuMs() - startedMs >= cpuMs) reached = 'cpu';
      if (reached !== undefined) event.interrupt();
      return undefined;
    },
  };
  let status = model.run(callbacks).modelStatus;
  if (status === modelStatus.unboundedOrInfeasible) {
    // Presolve proves that one of the two holds, and solving without it shows which.
    model.options.set('presolve', 'off');
    status = model.run(callbacks).modelStatus;
  }
  return { modelStatus: status, ...(reached !== undefined && { reached }) };
}

function outcomeOf(
  highs: Highs,
  model: Model,
  { modelStatus, reached, isInteger, cpuMs }: Run & { readonly isInteger: boolean; readonly cpuMs: number },
): SolveOutcome {
  const statuses = highs.constants.modelStatus;
  const effort = { iterations: iterationsOf(model), cpuMs };
  const solution = incumbentOf(highs, model);
  switch (modelStatus) {
    case statuses.optimal:
      if (solution === undefined) return { status: 'failed', reason: 'HiGHS reports an optimum that violates rows' };
      return {
        status: 'optimal',
        ...solution,
        ...effort,
        ...(isInteger
          ? { bound: boundOf(model) ?? solution.objective }
          : { bound: solution.objective, duals: model.getSolution().rowDual }),
      };
    case statuses.infeasible:
      return { status: 'infeasible', ...effort };
    case statuses.unbounded:
      return { status: 'unbounded', ...effort };
    case statuses.timeLimit:
    case statuses.iterationLimit:
    case statuses.interrupted: {
      const bound = isInteger ? boundOf(model) : undefined;
      const stopped = {
        ...effort,
        ...(isInteger && solution !== undefined && { incumbent: solution }),
        ...(bound !== undefined && { bound }),
      };
      if (modelStatus === statuses.timeLimit) return { status: 'out-of-time', limit: 'wall', ...stopped };
      if (reached === 'cpu') return { status: 'out-of-time', limit: 'cpu', ...stopped };
      return { status: 'out-of-iterations', ...stopped };
    }
    default: {
      const name = Object.entries(statuses).find(([, status]) => status === modelStatus)?.[0];
      return { status: 'failed', reason: `HiGHS ended with the status ${name ?? modelStatus}` };
    }
  }
}

/** Returns the values that HiGHS has. Undefined if it has none that satisfy all rows. */
function incumbentOf(highs: Highs, model: Model): Incumbent | undefined {
  if (model.info.get('primal_solution_status') !== highs.constants.solutionStatus.feasible) return undefined;
  return { objective: model.getObjectiveValue(), values: model.getSolution().colValue };
}

function boundOf(model: Model): number | undefined {
  const { value } = model.raw.getInfoValue('mip_dual_bound');
  return value !== undefined && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

const iterationsOf = (model: Model): number =>
  ['simplex_iteration_count', 'ipm_iteration_count']
    .map((name) => Number(model.info.get(name)))
    .reduce((sum, count) => sum + Math.max(0, count), 0);
