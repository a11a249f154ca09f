// The shares of the queries that each variant gets, as a linear program over the replicas that there are.

import type { Program, ProgramColumn, ProgramRow } from '@pareto/core';
import type { Solver } from '@pareto/solver';
import { farLimits, valuesOf } from '../../solve/solved.js';
import type { ScalableOption } from '../accuracy-scaling/scalable-option.js';
import type { RouteWeights } from '../accuracy-scaling/weighted-route.js';

/** Cost of a query that exceeds the capacity, and of the highest utilisation of a task's replicas, in units of accuracy. */
const costs = { excess: 100, utilisation: 1e-3 };

/**
 * Returns the weights by stream with the greatest accuracy, and of these, those with the lowest utilisation. `counts` are the replicas of
 * each option, `demand` the queries per second of each stream. Throws as `valuesOf` does if the solver fails.
 */
export async function assignQueries(
  solver: Solver,
  counts: ReadonlyMap<ScalableOption, number>,
  demand: readonly number[],
): Promise<readonly RouteWeights[]> {
  const { program, served } = formulateAssignment([...counts], demand);
  const weights = demand.map(() => new Map<ScalableOption, number>());
  if (served.length === 0) return weights;
  const { values } = valuesOf(await solver.solve(program, farLimits), 'the assignment of queries');
  for (const { stream, option, column } of served) {
    const rate = values[column] ?? 0;
    if (rate > 0) weights[stream]?.set(option, rate);
  }
  return weights;
}

interface Served {
  readonly stream: number;
  readonly option: ScalableOption;
  readonly column: number;
}

function formulateAssignment(
  counts: readonly (readonly [ScalableOption, number])[],
  demand: readonly number[],
): { readonly program: Program; readonly served: readonly Served[] } {
  const columns: ProgramColumn[] = [];
  const rows: ProgramRow[] = [];
  const served: Served[] = [];
  const add = (column: ProgramColumn): number => columns.push(column) - 1;
  for (const [stream, rate] of demand.entries()) {
    if (rate <= 0) continue;
    const own = counts.flatMap(([option]) =>
      option.modes[stream] === undefined ? [] : [{ stream, option, column: add({ cost: 1 - option.accuracy }) }],
    );
    if (own.length === 0) continue;
    served.push(...own);
    rows.push({ lower: rate, upper: rate, columns: own.map(({ column }) => column), coefficients: own.map(() => 1) });
  }
  for (const task of new Set(counts.map(([{ task: name }]) => name))) {
    const rate = demand.reduce(
      (sum, each, stream) => sum + (served.some((one) => one.stream === stream && one.option.task === task) ? each : 0),
      0,
    );
    const utilisation = add({ cost: costs.utilisation * rate, upper: 1 });
    const excess = add({ cost: costs.excess * rate });
    for (const [option, count] of counts) {
      if (option.task !== task) continue;
      const own = served.filter((one) => one.option === option);
      const slotsOf = ({ stream }: Served): number => 1 / (option.modes[stream]?.ratePerSecond ?? Infinity);
      rows.push({
        upper: 0,
        columns: [utilisation, excess, ...own.map(({ column }) => column)],
        coefficients: [-count, -count, ...own.map(slotsOf)],
      });
    }
  }
  return { program: { columns, rows }, served };
}
