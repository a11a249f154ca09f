import assert from 'node:assert/strict';
import { policyNamed, simulate } from '@pareto/simulator';
import { comparedGroups } from '../../policy/comparison.js';
import { comparedTotals, type ComparedTotals } from '../../policy/rows.js';
import { forEachInProcesses } from '../../policy/run-processes.js';

const quick = { quick: true, data: undefined };

describe('the comparison of policies', () => {
  it('has twelve windows of ten minutes of each trace, which take five seeds in turn', async () => {
    const groups = await comparedGroups({ quick: false, data: undefined });
    const uses = groups.map(({ use }) => use);
    assert.deepEqual(uses, ['tuning', 'tuning', 'kept-aside', 'kept-aside']);
    for (const { use, runs } of groups) {
      const offset = use === 'tuning' ? 0 : 100;
      const seeds = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2].map((seed) => offset + seed);
      assert.deepEqual(
        runs.map(({ seed }) => seed),
        seeds,
      );
      for (const { scenario } of runs) assert.equal(scenario.durationMs, 600_000);
    }
  });

  it('has the same results in several processes', async () => {
    const [group] = await comparedGroups(quick);
    assert.ok(group !== undefined);
    const found = new Map<number, ComparedTotals>();
    const policy = 'fixed-cheapest';
    await forEachInProcesses(group.runs, { ...quick, jobs: 2 }, async ({ window }, simulateRun) => {
      found.set(window, await simulateRun({ group: group.name, window, policy }));
    });
    for (const { window, seed, scenario } of group.runs)
      assert.deepEqual(found.get(window), comparedTotals(await simulate(scenario, policyNamed(policy), seed)));
  });

  it('ends if a run fails', async () => {
    const failing = forEachInProcesses([1], { ...quick, jobs: 1 }, async (window, simulateRun) => {
      await simulateRun({ group: 'no such group', window, policy: 'pareto' });
    });
    await assert.rejects(failing, /no such group, window 1: pareto: the process ended with 1/);
  });
});
