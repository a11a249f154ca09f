// Programs whose solutions are worked out by hand.

import assert from 'node:assert/strict';
import type { Program } from '@pareto/core';
import type { SolveOptions, SolveOutcome } from '../src/index.js';
import { openSolver } from './support/open-solver.js';
import { marketSplit } from './support/programs.js';

const limits = { cpuMs: 20_000, wallMs: 50_000 };

/** Asserts that the outcome is optimal, and returns it with its numbers rounded. */
function optimum(outcome: SolveOutcome): { objective: number; values: number[]; duals?: number[]; bound: number } {
  assert.equal(outcome.status, 'optimal', JSON.stringify(outcome));
  const { objective, values, duals, bound } = outcome;
  const rounded = (list: Float64Array): number[] => Array.from(list, round);
  return {
    objective: round(objective),
    bound: round(bound),
    values: rounded(values),
    ...(duals && { duals: rounded(duals) }),
  };
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6 + 0;

describe('solve', () => {
  const { solver, pids } = openSolver();
  after(() => solver.close());
  const solve = (program: Program, options: Partial<SolveOptions> = {}): Promise<SolveOutcome> =>
    solver.solve(program, { ...limits, ...options });

  /**
   * Chairs (30 $) and tables (50 $) of 40 h of carpentry (1 h, 2 h) and 50 h of finishing (2 h, 1 h). The corner where both are used
   * up: c + 2t = 40 and 2c + t = 50, so c = 20, t = 10, 1,100 $. Prices of an hour: p + 2q = 30 and 2p + q = 50, so p = 70/3 and
   * q = 10/3.
   */
  const workshop: Program = {
    sense: 'maximize',
    columns: [{ cost: 30 }, { cost: 50 }],
    rows: [
      { upper: 40, columns: [0, 1], coefficients: [1, 2] },
      { upper: 50, columns: [0, 1], coefficients: [2, 1] },
    ],
  };

  it('finds the optimum and the duals of a linear program', async () => {
    assert.deepEqual(optimum(await solve(workshop)), {
      objective: 1100,
      bound: 1100,
      values: [20, 10],
      duals: [round(70 / 3), round(10 / 3)],
    });
  });

  /**
   * Demand of 100/s from replicas of 30/s at 1 $ and of 50/s at 1.5 $, at most one of the second. A fraction: one of the second
   * (3 cents for 1/s) and 5/3 of the first: 1.5 + 5/3 $. Whole ones: 2 + 1 (110/s) at 3.5 $, or 4 + 0 at 4 $.
   */
  const replicas = (isInteger: boolean): Program => ({
    columns: [
      { cost: 1, isInteger },
      { cost: 1.5, upper: 1, isInteger },
    ],
    rows: [{ lower: 100, columns: [0, 1], coefficients: [30, 50] }],
  });

  it('rounds no integer program', async () => {
    const relaxed = optimum(await solve(replicas(false)));
    assert.deepEqual(relaxed.values, [round(5 / 3), 1]);
    assert.equal(relaxed.objective, round(1.5 + 5 / 3));
    assert.deepEqual(relaxed.duals, [round(1 / 30)]);
    assert.deepEqual(optimum(await solve(replicas(true))), { objective: 3.5, bound: 3.5, values: [2, 1] });
  });

  it('respects bounds below zero and equalities', async () => {
    // x - y = 1 with x in [-5, 5] and y in [-3, 10]: x + y is least at y = -3, x = -2.
    const program: Program = {
      columns: [
        { cost: 1, lower: -5, upper: 5 },
        { cost: 1, lower: -3, upper: 10 },
      ],
      rows: [{ lower: 1, upper: 1, columns: [0, 1], coefficients: [1, -1] }],
    };
    assert.deepEqual(optimum(await solve(program)).values, [-2, -3]);
  });

  it('solves programs without rows', async () => {
    assert.deepEqual(optimum(await solve({ columns: [{ cost: -2, upper: 3 }], rows: [] })).objective, -6);
  });

  it('reports infeasible and unbounded programs', async () => {
    const above: Program = { columns: [{ cost: 1, upper: 1 }], rows: [{ lower: 2, columns: [0], coefficients: [1] }] };
    assert.equal((await solve(above)).status, 'infeasible');
    // 2x = 1 has no integer solution.
    const half: Program = {
      columns: [{ cost: 1, upper: 9, isInteger: true }],
      rows: [{ lower: 1, upper: 1, columns: [0], coefficients: [2] }],
    };
    assert.equal((await solve(half)).status, 'infeasible');
    const free: Program = {
      columns: [{ cost: -1 }, { cost: 0 }],
      rows: [{ upper: 1, columns: [0, 1], coefficients: [1, -1] }],
    };
    assert.equal((await solve(free)).status, 'unbounded');
    const isInteger = true;
    assert.equal(
      (await solve({ ...free, columns: free.columns.map((column) => ({ ...column, isInteger })) })).status,
      'unbounded',
    );
  });

  it('starts an integer program from given values', async () => {
    const program = marketSplit(4, 30);
    const first = await solve(program, { iterations: 3_000 });
    assert.equal(first.status, 'out-of-iterations');
    if (first.incumbent === undefined) throw new Error('no incumbent');
    const start = [...first.incumbent.values];
    const second = await solve(program, { iterations: 1, start });
    assert.equal(second.status, 'out-of-iterations');
    assert.ok((second.incumbent?.objective ?? Infinity) <= first.incumbent.objective);
    const without = await solve(program, { iterations: 1 });
    assert.equal(without.status, 'out-of-iterations');
    assert.ok((without.incumbent?.objective ?? Infinity) > first.incumbent.objective);
  });

  it('completes a start of which only the integers are right', async () => {
    const program = marketSplit(4, 30);
    const first = await solve(program, { iterations: 3_000 });
    if (first.status !== 'out-of-iterations' || first.incumbent === undefined) throw new Error('no incumbent');
    const { objective, values } = first.incumbent;
    const start = Array.from(values, (value, column) => (program.columns[column]?.isInteger === true ? value : 0));
    const second = await solve(program, { iterations: 1, start });
    assert.ok(second.status === 'out-of-iterations' && (second.incumbent?.objective ?? Infinity) < objective + 1e-6);
  });

  it('ignores a start that violates a row', async () => {
    assert.deepEqual(optimum(await solve(replicas(true), { start: [0, 0] })).values, [2, 1]);
  });

  it('uses one process, after which none is left', async () => {
    const [first, second] = await Promise.all([solve(workshop), solve(replicas(true))]);
    assert.deepEqual([first.status, second.status], ['optimal', 'optimal']);
    assert.equal(pids.length, 1);
    await solver.close();
    assert.throws(() => process.kill(pids[0] ?? -1, 0), { code: 'ESRCH' });
    await assert.rejects(solve(workshop), { code: 'failed-precondition' });
  });
});
