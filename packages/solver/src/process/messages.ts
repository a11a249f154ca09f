// The messages between the solver and its process.

import type { ModelData } from 'highs';
import type { Program } from '@pareto/core';
import type { SolveOptions } from '../program/solve-options.js';
import type { SolveOutcome } from '../program/outcome.js';

/** A program in the form of HiGHS, and its limits. */
export interface SolveRequest extends Pick<SolveOptions, 'cpuMs' | 'wallMs' | 'iterations' | 'relativeGap' | 'start'> {
  readonly model: Omit<ModelData, 'sense'>;
  readonly sense: 'minimize' | 'maximize';
}

export type SolverReply =
  | { readonly kind: 'ready' }
  /** `totalCpuMs` is the CPU time of the process since its start. */
  | { readonly kind: 'solved'; readonly outcome: SolveOutcome; readonly totalCpuMs: number }
  /** WebAssembly could not grow its memory. The process exits. */
  | { readonly kind: 'out-of-memory' };

export function encodeProgram({ sense = 'minimize', columns, rows }: Program, options: SolveOptions): SolveRequest {
  const { cpuMs, wallMs, iterations, relativeGap, start } = options;
  const [numCols, numRows] = [columns.length, rows.length];
  const starts = new Int32Array(numRows + 1);
  for (const [index, row] of rows.entries()) starts[index + 1] = (starts[index] ?? 0) + row.columns.length;
  const indices = new Int32Array(starts[numRows] ?? 0);
  const values = new Float64Array(indices.length);
  for (const [index, row] of rows.entries()) {
    indices.set(row.columns, starts[index]);
    values.set(row.coefficients, starts[index]);
  }
  const model = {
    numCols,
    numRows,
    colCost: Float64Array.from(columns, ({ cost }) => cost),
    colLower: Float64Array.from(columns, ({ lower = 0 }) => lower),
    colUpper: Float64Array.from(columns, ({ upper = Infinity }) => upper),
    rowLower: Float64Array.from(rows, ({ lower = -Infinity }) => lower),
    rowUpper: Float64Array.from(rows, ({ upper = Infinity }) => upper),
    matrix: { format: 'csr', numRows, numCols, starts, indices, values } as const,
    ...(columns.some(({ isInteger }) => isInteger) && {
      integrality: Int32Array.from(columns, ({ isInteger = false }) => Number(isInteger)),
    }),
  };
  return {
    model,
    sense,
    cpuMs,
    wallMs,
    ...(iterations !== undefined && { iterations }),
    ...(relativeGap !== undefined && { relativeGap }),
    ...(start !== undefined && { start }),
  };
}
