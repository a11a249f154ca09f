import assert from 'node:assert/strict';
import type { Program } from '@pareto/core';
import type { SolveOptions } from '../../src/index.js';
import { findProblem } from '../../src/program/find-problem.js';

const limits: SolveOptions = { cpuMs: 1, wallMs: 1 };
const row = { columns: [0, 1], coefficients: [1, 2] };
const program: Program = { columns: [{ cost: 1 }, { cost: 2, lower: -Infinity }], rows: [{ upper: 1, ...row }] };

describe('findProblem', () => {
  it('accepts a program', () => {
    assert.equal(findProblem(program, { ...limits, start: [1, 2], iterations: 1, relativeGap: 0 }), undefined);
  });

  const programs: readonly [Partial<Program>, string][] = [
    [{ columns: [] }, 'the program has no column, and needs at least one'],
    [{ columns: [{ cost: 1 }, { cost: NaN }] }, 'column 1: its cost is NaN, and must be between ±1000000000000000'],
    [{ columns: [{ cost: Infinity }] }, 'column 0: its cost is Infinity, and must be between ±1000000000000000'],
    [
      { columns: [{ cost: 1, lower: Infinity }] },
      'column 0: its lower bound is Infinity, and must be between ±1000000000000000 or -Infinity',
    ],
    [
      { columns: [{ cost: 1, upper: NaN }] },
      'column 0: its upper bound is NaN, and must be between ±1000000000000000 or Infinity',
    ],
    [
      { rows: [row, { ...row, coefficients: [1] }] },
      'row 1: it has 1 coefficients for 2 columns, and needs one for each',
    ],
    [{ rows: [{ ...row, columns: [0, 2] }] }, 'row 0: it names column 2, and the columns are 0 to 1'],
    [{ rows: [{ ...row, columns: [0, -1] }] }, 'row 0: it names column -1, and the columns are 0 to 1'],
    [{ rows: [{ ...row, columns: [0, 0.5] }] }, 'row 0: it names column 0.5, and the columns are 0 to 1'],
    [{ rows: [{ ...row, columns: [1, 1] }] }, 'row 0: it names column 1 twice'],
    [
      { rows: [{ ...row, coefficients: [1, 1e-12] }] },
      'row 0: the coefficient of column 1 is 1e-12, and must be 0 or of a magnitude between 1e-9 and 1000000000000000; choose other units',
    ],
    [
      { rows: [{ ...row, coefficients: [NaN, 1] }] },
      'row 0: the coefficient of column 0 is NaN, and must be 0 or of a magnitude between 1e-9 and 1000000000000000; choose other units',
    ],
    [
      { rows: [{ ...row, upper: -Infinity }] },
      'row 0: its upper bound is -Infinity, and must be between ±1000000000000000 or Infinity',
    ],
  ];
  for (const [change, problem] of programs) {
    it(`reports: ${problem}`, () => assert.equal(findProblem({ ...program, ...change }, limits), problem));
  }

  const options: readonly [Partial<SolveOptions>, string][] = [
    [{ cpuMs: 0 }, 'cpuMs is 0, and must be a positive number'],
    [{ wallMs: Infinity }, 'wallMs is Infinity, and must be a positive number'],
    [{ iterations: 1.5 }, 'iterations is 1.5, and must be a positive integer'],
    [{ relativeGap: -1 }, 'relativeGap is -1, and must be a number from 0'],
    [{ start: [1] }, 'start has 1 values for 2 columns, and needs one for each'],
    [{ start: [1, NaN] }, 'start has the value NaN for column 1, and needs a finite one'],
  ];
  for (const [change, problem] of options) {
    it(`reports: ${problem}`, () => assert.equal(findProblem(program, { ...limits, ...change }), problem));
  }
});
