// The optimum of a small integer program, by branch and bound over its integers.

import type { Program } from '@pareto/core';
import type { ExactParams } from '../solve-params.js';
import { Tableau } from './tableau.js';

export interface Optimum {
  readonly values: readonly number[];
  readonly objective: number;
}

/** Distance from an integer, and from the best objective as a part of it, that is due to the precision of the arithmetic. */
const [integerTolerance, objectiveTolerance] = [1e-7, 1e-9];

/**
 * Returns values of the least objective. Undefined if there are none, if the limits do not suffice, or for programs with negative costs or
 * without lower bounds.
 */
export function searchProgram(
  program: Program,
  { maxNodes, maxWork }: Pick<ExactParams, 'maxNodes' | 'maxWork'>,
): Optimum | undefined {
  const { sense = 'minimize', columns, rows } = program;
  if (sense !== 'minimize' || columns.some(({ cost, lower = 0 }) => !(cost >= 0) || lower === -Infinity))
    return undefined;
  if ([...columns, ...rows].some(({ lower = -Infinity, upper = Infinity }) => lower > upper)) return undefined;
  if (columns.length * rows.length > maxWork) return undefined;
  const budget = { work: maxWork };
  const open = [Tableau.of(program)];
  let best: Optimum | undefined;
  for (let nodes = 0; ; nodes += 1) {
    const node = open.pop();
    if (node === undefined) return best;
    const status = nodes < maxNodes ? node.solve(budget, below(best)) : 'stopped';
    if (status === 'stopped') return undefined;
    if (status === 'worse') continue;
    const column = pickFraction(program, node);
    if (column === -1) {
      best = optimumOf(program, node);
      continue;
    }
    const value = node.valueOf(column);
    const other = node.clone();
    other.narrow(column, -Infinity, Math.floor(value));
    node.narrow(column, Math.ceil(value), Infinity);
    // More replicas and workers first: they are needed more often than not.
    open.push(other, node);
  }
}

/** Returns the objective that values need to be better than the best ones. */
const below = (best: Optimum | undefined): number =>
  best === undefined ? Infinity : best.objective - objectiveTolerance * (1 + Math.abs(best.objective));

/** Returns the dearest column whose value should be an integer and is not, or the one furthest from integers. -1 if there is none. */
function pickFraction({ columns }: Program, node: Tableau): number {
  let [found, dearest, furthest] = [-1, 0, 0];
  for (const [column, { cost, isInteger = false }] of columns.entries()) {
    if (!isInteger) continue;
    const value = node.valueOf(column);
    const distance = Math.abs(value - Math.round(value));
    if (distance <= integerTolerance) continue;
    if (found !== -1 && (cost < dearest || (cost === dearest && distance <= furthest))) continue;
    [found, dearest, furthest] = [column, cost, distance];
  }
  return found;
}

function optimumOf({ columns }: Program, node: Tableau): Optimum {
  const values = columns.map(({ isInteger = false }, column) =>
    isInteger ? Math.round(node.valueOf(column)) : node.valueOf(column),
  );
  return { values, objective: columns.reduce((sum, { cost }, column) => sum + cost * (values[column] ?? 0), 0) };
}
