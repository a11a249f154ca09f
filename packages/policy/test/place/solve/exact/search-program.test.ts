import assert from 'node:assert/strict';
import type { Program } from '@pareto/core';
import fc from 'fast-check';
import { isFeasible } from '../../../../src/place/solve/is-feasible.js';
import { searchProgram } from '../../../../src/place/solve/exact/search-program.js';

const limits = { maxNodes: 10_000, maxWork: 1e9 };

/** Programs of up to four integers of 0 to 3. */
const programs = fc.integer({ min: 1, max: 4 }).chain((count): fc.Arbitrary<Program> => {
  const numbers = (min: number, max: number) =>
    fc.array(fc.integer({ min, max }), { minLength: count, maxLength: count });
  const bound = fc.option(fc.integer({ min: -6, max: 12 }), { nil: undefined });
  return fc.record({
    columns: numbers(0, 9).map((costs) => costs.map((cost) => ({ cost, upper: 3.5, isInteger: true }))),
    rows: fc.array(
      fc.record({ coefficients: numbers(-4, 5), lower: bound, upper: bound }).map(({ coefficients, lower, upper }) => ({
        columns: coefficients.map((_, column) => column),
        coefficients,
        ...(lower !== undefined && { lower }),
        ...(upper !== undefined && { upper }),
      })),
      { maxLength: 4 },
    ),
  });
});

/** Returns the least objective over all integers. Undefined if none satisfy the program. */
function leastOf(program: Program): number | undefined {
  const count = program.columns.length;
  let least: number | undefined;
  for (let code = 0; code < 4 ** count; code += 1) {
    const values = program.columns.map((_, column) => Math.floor(code / 4 ** column) % 4);
    if (!isFeasible(program, values)) continue;
    const objective = program.columns.reduce((sum, { cost }, column) => sum + cost * (values[column] ?? 0), 0);
    least = Math.min(least ?? Infinity, objective);
  }
  return least;
}

describe('searchProgram', () => {
  it('finds the optimum of all combinations, or none if none satisfy the rows', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const found = searchProgram(program, limits);
        assert.equal(found?.objective, leastOf(program));
        if (found !== undefined) assert.ok(isFeasible(program, found.values));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives columns that are no integers the values between them', () => {
    const columns = [{ cost: 2, isInteger: true }, { cost: 3 }];
    const found = searchProgram({ columns, rows: [{ lower: 1.25, columns: [0, 1], coefficients: [1, 1] }] }, limits);
    assert.deepEqual(found, { values: [1, 0.25], objective: 2.75 });
  });

  it('gives up at its limits', () => {
    const program: Program = {
      columns: Array.from({ length: 20 }, (_, column) => ({ cost: 10 + column, upper: 1, isInteger: true })),
      rows: [
        {
          lower: 101,
          columns: Array.from({ length: 20 }, (_, column) => column),
          coefficients: Array.from({ length: 20 }, (_, column) => 11 + ((7 * column) % 13)),
        },
      ],
    };
    assert.notEqual(searchProgram(program, limits), undefined);
    assert.equal(searchProgram(program, { ...limits, maxNodes: 3 }), undefined);
    assert.equal(searchProgram(program, { ...limits, maxWork: 40 }), undefined);
    assert.equal(searchProgram(program, { maxNodes: 0, maxWork: 0 }), undefined);
  });

  it('leaves other programs to a solver: those with rewards, without lower bounds, or to maximise', () => {
    const rows = [{ upper: 3, columns: [0], coefficients: [1] }];
    assert.equal(searchProgram({ columns: [{ cost: -1 }], rows }, limits), undefined);
    assert.equal(searchProgram({ columns: [{ cost: NaN }], rows }, limits), undefined);
    assert.equal(searchProgram({ columns: [{ cost: 1, lower: -Infinity }], rows }, limits), undefined);
    assert.equal(searchProgram({ sense: 'maximize', columns: [{ cost: 1 }], rows }, limits), undefined);
  });
});
