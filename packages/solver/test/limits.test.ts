// The limits of a solve, and processes that die in the middle of one.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createManualClock, startChild, waitFor } from '@pareto/testkit';
import type { Milliseconds, Program } from '@pareto/core';
import type { SolveOutcome } from '../src/index.js';
import { openSolver } from './support/open-solver.js';
import { assignment, marketSplit } from './support/programs.js';

const limits = { cpuMs: 40_000, wallMs: 50_000 };
const small: Program = { columns: [{ cost: 1 }], rows: [{ lower: 2, columns: [0], coefficients: [1] }] };
const hard = marketSplit(4, 30);

describe('limits of a solve', () => {
  it('stops at a number of iterations in the same state every time', async () => {
    const first = openSolver();
    const second = openSolver();
    await using _first = first.solver;
    await using _second = second.solver;
    const options = { ...limits, iterations: 2_000 };
    await first.solver.solve(assignment(60), limits);
    const one = await first.solver.solve(hard, options);
    const other = await second.solver.solve(hard, options);
    assert.equal(one.status, 'out-of-iterations');
    assert.deepEqual({ ...one, cpuMs: 0 }, { ...other, cpuMs: 0 });
    if (one.incumbent === undefined) throw new Error('no incumbent');
    assert.ok(one.iterations >= 2_000 && one.iterations < 8_000, String(one.iterations));
    // The sums cannot be closer to their halves than 0.
    assert.ok(one.bound !== undefined && one.bound >= 0 && one.bound <= one.incumbent.objective);
    const relaxed = await first.solver.solve(assignment(60), { ...limits, iterations: 5 });
    assert.equal(relaxed.status, 'out-of-iterations');
    assert.ok(!('incumbent' in relaxed));
  });

  it('stops an integer program at its CPU time with the incumbent', async () => {
    const { solver, pids } = openSolver();
    await using _solver = solver;
    const outcome = await solver.solve(hard, { ...limits, cpuMs: 300 });
    assert.equal(outcome.status, 'out-of-time');
    assert.equal(outcome.limit, 'cpu');
    assert.ok(outcome.incumbent !== undefined && (outcome.cpuMs ?? 0) >= 300);
    assert.equal((await solver.solve(small, limits)).status, 'optimal');
    assert.equal(pids.length, 1);
  });

  it('stops an integer program at its wall time with the incumbent', async () => {
    const { solver } = openSolver();
    await using _solver = solver;
    const outcome = await solver.solve(hard, { ...limits, wallMs: 1_000 });
    assert.equal(outcome.status, 'out-of-time');
    assert.equal(outcome.limit, 'wall');
    assert.ok(outcome.incumbent !== undefined);
  });

  it('ends a linear program at its CPU time, and restarts the process', async () => {
    const { solver, pids } = openSolver();
    await using _solver = solver;
    assert.deepEqual(await solver.solve(assignment(500), { ...limits, cpuMs: 1 }), {
      status: 'out-of-time',
      limit: 'cpu',
    });
    assert.equal((await solver.solve(small, limits)).status, 'optimal');
    assert.equal(pids.length, 2);
  });

  it('ends a process that does not stop at its wall time', async () => {
    const { solver, pids } = openSolver();
    await using _solver = solver;
    await solver.solve(small, limits);
    process.kill(pids[0] ?? -1, 'SIGSTOP');
    assert.deepEqual(await solver.solve(small, { ...limits, wallMs: 100 }), { status: 'out-of-time', limit: 'wall' });
    assert.equal((await solver.solve(small, limits)).status, 'optimal');
  });

  it('reports a program that needs more than the memory, and restarts the process', async () => {
    const memoryBytes = 220 * 2 ** 20;
    const { solver, pids } = openSolver({ memoryBytes });
    await using _solver = solver;
    assert.deepEqual(await solver.solve(assignment(300), limits), { status: 'out-of-memory', memoryBytes });
    assert.equal((await solver.solve(small, limits)).status, 'optimal');
    assert.equal(pids.length, 2);
  });

  it('reports a limit of memory that is too low for the process', async () => {
    const memoryBytes = 100 * 2 ** 20;
    await using solver = openSolver({ memoryBytes }).solver;
    assert.deepEqual(await solver.solve(small, limits), { status: 'out-of-memory', memoryBytes });
  });

  it('reports a process that is killed in the middle of a solve, and restarts it', async () => {
    const { solver, pids } = openSolver();
    await using _solver = solver;
    const killed = solver.solve(hard, limits);
    const next = solver.solve(small, limits);
    await waitFor('the process to compute', () => (cpuTicks(pids[0]) > 50 ? true : undefined));
    process.kill(pids[0] ?? -1, 'SIGKILL');
    assert.deepEqual(await killed, { status: 'killed', signal: 'SIGKILL' });
    assert.equal((await next).status, 'optimal');
    assert.equal(pids.length, 2);
  });

  it('ends the process of a solve that is cancelled', async () => {
    const { solver, pids } = openSolver();
    await using _solver = solver;
    const controller = new AbortController();
    const cancelled = solver.solve(hard, { ...limits, signal: controller.signal });
    await waitFor('the process to compute', () => (cpuTicks(pids[0]) > 50 ? true : undefined));
    controller.abort(new Error('no longer needed'));
    await assert.rejects(cancelled, /no longer needed/);
    assert.throws(() => process.kill(pids[0] ?? -1, 0), { code: 'ESRCH' });
    assert.equal((await solver.solve(small, limits)).status, 'optimal');
  });

  it('ends the process of a solve when it is closed', async () => {
    const { solver, pids } = openSolver();
    const closed = solver.solve(hard, limits);
    await waitFor('the process to compute', () => (cpuTicks(pids[0]) > 50 ? true : undefined));
    await Promise.all([solver.close(), assert.rejects(closed, { code: 'failed-precondition' })]);
    assert.throws(() => process.kill(pids[0] ?? -1, 0), { code: 'ESRCH' });
  });

  it('ends the process when its parent ends', async function () {
    if (!existsSync('/usr/bin/setpriv')) return this.skip();
    const parent = fileURLToPath(new URL('support/solving-parent.mjs', import.meta.url));
    await using child = startChild(process.execPath, [parent]);
    const pid = await waitFor('the process to compute', () =>
      [Number(/solver (\d+)/.exec(child.output)?.[1])].find((one) => one > 0 && cpuTicks(one) > 50),
    );
    child.kill('SIGKILL');
    await waitFor('its end', () => (existsSync(`/proc/${pid}`) ? undefined : true), 20_000);
  });

  it('ends the process after a time without programs, and starts another one for the next', async () => {
    const clock = createManualClock();
    const { solver, pids } = openSolver({ clock, idleMs: 1_000 });
    await using _solver = solver;
    const isRunning = (index: number): boolean => existsSync(`/proc/${pids[index]}`);
    assert.equal((await solver.solve(small, limits)).status, 'optimal');
    await clock.advance(900);
    assert.equal((await solver.solve(small, limits)).status, 'optimal');
    await clock.advance(900);
    assert.deepEqual([pids.length, isRunning(0)], [1, true], 'the time begins again with each program');
    await clock.advance(100);
    await waitFor('its end', () => (isRunning(0) ? undefined : true));
    assert.equal((await solver.solve(small, limits)).status, 'optimal');
    assert.deepEqual([pids.length, isRunning(1)], [2, true]);
  });

  it('solves a program that arrives while the process of the last one ends', async () => {
    const manual = createManualClock();
    let next: Promise<SolveOutcome> | undefined;
    const after = (ms: Milliseconds, run: () => void): Disposable =>
      manual.after(ms, () => {
        run();
        next ??= solver.solve(small, limits);
      });
    const { solver, pids } = openSolver({ clock: { ...manual, after }, idleMs: 1_000 });
    await using _solver = solver;
    await solver.solve(small, limits);
    await manual.advance(1_000);
    assert.deepEqual([(await next)?.status, pids.length], ['optimal', 2]);
  });

  it('runs at the lowest priority', async () => {
    const { solver, pids } = openSolver();
    await using _solver = solver;
    await solver.solve(small, limits);
    assert.equal(getPriority(pids[0]), 19);
  });
});

/** Returns the CPU time of a process in hundredths of a second. */
function cpuTicks(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return (user ?? 0) + (system ?? 0);
}
