import assert from 'node:assert/strict';
import { milliseconds, systemClock, type Program } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import type { Formulated, Solution } from '@pareto/policy';
import { createSolver, type Solver } from '@pareto/solver';
import { after, describe, it } from 'mocha';
import { solveTargets } from '../../src/plan/solve-targets.js';

/** The least x that is at least 1 and at most `upper`. */
const leastOf = (upper: number): Program => ({
  columns: [{ cost: 1, upper, isInteger: true }],
  rows: [{ lower: 1, columns: [0], coefficients: [1] }],
});
const formulated = (program: Program): Formulated => ({
  ...{
    program,
    at: milliseconds(7),
    planId: 'p7',
    isRelaxed: false,
    start: undefined,
    limits: { relativeGap: 0.02, cpuMs: milliseconds(2_000), wallMs: milliseconds(1_000) },
    rates: new Map([['group', 5]]),
    kinds: [],
    used: [],
    places: [],
  },
});
const term = { since: milliseconds(0) };

describe('solveTargets', () => {
  const solver = createSolver({ isolation: environmentOnly, clock: systemClock });
  after(() => solver.close());

  async function solve(program: Program, own: Pick<Solver, 'solve'> = solver, current: object = term) {
    const given: (Solution | undefined)[] = [];
    const warnings: string[] = [];
    const logger = { warn: (message: string) => void warnings.push(message) };
    const outcomes: string[] = [];
    const record = (_: number, { outcome }: { readonly outcome: string }) => void outcomes.push(outcome);
    const metrics = { solveTime: { record } };
    const options = { solver: own, clock: systemClock, logger, metrics, leader: { term: current } };
    const memory = { term, core: { solved: (solution: Solution | undefined) => void given.push(solution) } };
    await solveTargets(options as never, memory as never, formulated(program));
    return { given, warnings, outcomes };
  }

  it('gives the solution to the turn', async () => {
    const { given, warnings, outcomes } = await solve(leastOf(3));
    assert.deepEqual(
      given.map((solution) => [solution?.objective, solution?.rates.get('group'), solution?.at, solution?.source]),
      [[1, 5, 7, 'solved']],
    );
    assert.deepEqual(outcomes, ['optimal']);
    assert.deepEqual(warnings, []);
  });

  it('tells the turn that there is none, and warns, if the program is infeasible or the solver fails', async () => {
    const failing = { solve: () => Promise.reject(new Error('it ended')) };
    for (const { given, warnings } of [await solve(leastOf(0)), await solve(leastOf(3), failing)]) {
      assert.deepEqual(given, [undefined]);
      assert.equal(warnings.length, 1);
    }
  });

  it('gives nothing to a term that has ended', async () => {
    assert.deepEqual((await solve(leastOf(3), solver, { since: milliseconds(9) })).given, []);
  });
});
