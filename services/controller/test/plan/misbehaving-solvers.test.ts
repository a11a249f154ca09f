// Real processes in place of the solver's that misbehave. Each leaves the targets as they are, with a warning.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { milliseconds, systemClock } from '@pareto/core';
import { environmentOnly, type Isolation } from '@pareto/isolation';
import type { Formulated, Solution } from '@pareto/policy';
import { createSolver } from '@pareto/solver';
import { solveTargets } from '../../src/plan/solve-targets.js';

/** The least x that is at least 1. Its process has the limit of memory of a solver that just starts. */
const formulated: Formulated = {
  program: { columns: [{ cost: 1, isInteger: true }], rows: [{ lower: 1, columns: [0], coefficients: [1] }] },
  ...{ at: milliseconds(7), planId: 'p7', isRelaxed: false },
  start: undefined,
  limits: { relativeGap: 0.02, cpuMs: milliseconds(1_000), wallMs: milliseconds(1_000) },
  ...{ rates: new Map([['group', 5]]), kinds: [], used: [], places: [] },
};
const reply = (outcome: string): string =>
  `process.on('message', () => process.send({ kind: 'solved', totalCpuMs: 1, outcome: ${outcome} }));`;
const effort = 'iterations: 1, cpuMs: 1';

/** Code that a process runs before it is ready, and the status that the warning has. */
const processes: Readonly<Record<string, readonly [does: string, status: string]>> = {
  'hangs without a reply': ['setInterval(() => undefined, 1_000);', 'out-of-time'],
  'computes for ever': ['process.on("message", () => { for (;;); });', 'out-of-time'],
  crashes: ['process.on("message", () => { throw new TypeError("broken"); });', 'failed'],
  'is killed': ['process.on("message", () => process.kill(process.pid, "SIGKILL"));', 'killed'],
  'runs out of memory': [
    'process.on("message", () => { for (const kept = []; ; ) kept.push(Buffer.alloc(2 ** 24, 1)); });',
    'out-of-memory',
  ],
  'returns NaN': [
    reply(`{ status: 'optimal', objective: NaN, bound: NaN, values: new Float64Array([NaN]), ${effort} }`),
    'optimal',
  ],
  'returns values that violate the program': [
    reply(`{ status: 'optimal', objective: 0, bound: 0, values: new Float64Array([0]), ${effort} }`),
    'optimal',
  ],
  'returns values of another program': [
    reply(`{ status: 'optimal', objective: 1, bound: 1, values: new Float64Array([1, 1]), ${effort} }`),
    'optimal',
  ],
  'returns no bound': [
    reply(`{ status: 'out-of-time', limit: 'cpu', incumbent: { objective: 1, values: new Float64Array([1]) } }`),
    'out-of-time',
  ],
};

describe('a process of the solver that misbehaves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pareto-solver-'));
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, [does, status]] of Object.entries(processes))
    it(`gives no targets, and a warning, if it ${name}`, async () => {
      const script = join(folder, `${name.replaceAll(' ', '-')}.mjs`);
      writeFileSync(script, `${does}\nprocess.send({ kind: 'ready' });`);
      const isolation: Isolation = { start: (program) => environmentOnly.start({ ...program, script }) };
      await using solver = createSolver({ isolation, clock: systemClock });
      const given: (Solution | undefined)[] = [];
      const warnings: object[] = [];
      const logger = { warn: (_: string, fields: object) => void warnings.push(fields) };
      const term = { since: milliseconds(0) };
      await solveTargets(
        {
          ...{ solver, clock: systemClock, logger, leader: { term } },
          metrics: { solveTime: { record: () => undefined } },
        } as never,
        { term, core: { solved: (solution: Solution | undefined) => void given.push(solution) } } as never,
        formulated,
      );
      assert.deepEqual(given, [undefined]);
      const [warning = {}, ...others] = warnings;
      assert.deepEqual(['status' in warning && warning.status, others], [status, []]);
      assert.ok(!JSON.stringify(warning).includes('{"0"'), 'the warning has no values');
    });
});
