import assert from 'node:assert/strict';
import { policyNamed, simulate } from '@pareto/simulator';
import { comparedGroups } from '../../policy/comparison.js';
import { comparedTotals, type ComparedTotals } from '../../policy/rows.js';
import { forEachInProcesses } from '../../policy/run-processes.js';

const quick = { quick: true, data: undefined };

describe('the comparison of policies', () => {
  it('has twelve windows of ten minutes of each trace, which take five seeds in turn', async () => {
    const groups = await comparedGroups({ quick: false, data: undefined });
    const traces = groups.filter(({ measures }) => measures === undefined);
    const uses = traces.map(({ use }) => use);
    assert.deepEqual(uses, ['tuning', 'tuning', 'kept-aside', 'kept-aside']);
    for (const { use, runs } of traces) {
      const offset = use === 'tuning' ? 0 : 100;
      const seeds = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2].map((seed) => offset + seed);
      assert.deepEqual(
        runs.map(({ seed }) => seed),
        seeds,
      );
      for (const { scenario } of runs) assert.equal(scenario.durationMs, 600_000);
    }
  });

  it('has loads that change, each with five seeds for tuning and five that are kept aside', async () => {
    const groups = await comparedGroups({ quick: false, data: undefined });
    const shapes = groups.filter(({ measures }) => measures !== undefined);
    const names = ['step of 10x', 'bursts of 10x', 'square wave of 10 s', 'overload of 2x'];
    const expected = ['tuning', 'kept-aside'].flatMap((use) => names.map((name) => `${use}, ${name}`));
    assert.deepEqual(
      shapes.map(({ name }) => name),
      expected,
    );
    for (const { use, runs } of shapes) {
      const offset = use === 'tuning' ? 0 : 100;
      const own = [1, 2, 3, 4, 5].map((seed) => offset + seed);
      assert.deepEqual(
        runs.map(({ seed }) => seed),
        own,
      );
    }
  });

  it('simulates a fleet with the workers that are asked for', async () => {
    const [group] = await comparedGroups(quick);
    const [run] = group?.runs ?? [];
    assert.ok(group !== undefined && run !== undefined);
    const counts = run.scenario.fleet.workers.map((_, index) => (index === 0 ? 2 : 0));
    const found: ComparedTotals[] = [];
    const policy = 'fixed-cheapest';
    await forEachInProcesses([run], { ...quick, jobs: 1 }, async ({ window }, simulateRun) => {
      found.push(await simulateRun({ group: group.name, window, policy, workers: counts }));
    });
    const workers = run.scenario.fleet.workers.slice(0, 1).map((of) => ({ ...of, count: 2 }));
    const scenario = { ...run.scenario, fleet: { ...run.scenario.fleet, workers } };
    assert.deepEqual(found, [comparedTotals(await simulate(scenario, policyNamed(policy), run.seed))]);
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
