import assert from 'node:assert/strict';
import { simulationData } from '../../src/simulation/page-data.js';
import { buildResult } from './build-result.js';

describe('simulationData', () => {
  it('adds up the steps of a day to intervals, with the same rates and shares', () => {
    const { intervals, intervalS, runs } = simulationData([buildResult({ steps: 86_400, onTime: 0.7 })]);
    assert.deepEqual([intervals, intervalS], [1440, 60]);
    const run = runs[0] ?? assert.fail();
    assert.ok(run.demand.every((rate) => rate === 100));
    assert.deepEqual(new Set(run.attainment), new Set([70]));
    assert.deepEqual(new Set(run.accuracy), new Set([90]));
    assert.deepEqual(new Set(run.usdPerHour), new Set([36]));
    assert.deepEqual(new Set(run.usedSlots), new Set([4]));
  });

  it('has rates of a last interval that is shorter, and none after the end of a run', () => {
    const { intervals, intervalS, runs } = simulationData([
      buildResult({ policy: 'long', steps: 2_881 }),
      buildResult({ policy: 'short', steps: 1_000 }),
    ]);
    assert.deepEqual([intervals, intervalS], [577, 5]);
    assert.equal(runs[0]?.demand.at(-1), 100);
    assert.deepEqual(runs[1]?.demand.slice(199, 201), [100, null]);
  });

  it('limits the size of many runs', () => {
    const run = buildResult({ steps: 4_000 });
    const results = Array.from({ length: 120 }, (_, index) => ({
      ...{ ...run, policy: `policy-${Math.floor(index / 6)}`, seed: index % 6 },
    }));
    const { intervals, runs, policies } = simulationData(results);
    assert.ok(intervals <= 360);
    assert.equal(runs.length, 100);
    assert.equal(runs.at(-1)?.name, 'policy-19, seed 4');
    assert.equal(policies.flatMap((policy) => policy.runs).length, 120);
  });

  it('adds up the variants beyond nine', () => {
    const variants = Array.from({ length: 12 }, (_, index) => `v${index}`);
    const [run] = simulationData([buildResult({ variants })]).runs;
    assert.deepEqual(
      run?.replicas.map(({ name }) => name),
      [...variants.slice(0, 8).map((name) => `${name} on T4`), '4 others'],
    );
    assert.equal(run.replicas.at(-1)?.values[0], 4 + 3 + 2 + 1);
  });

  it('gives a variant the same colour in all runs', () => {
    const { runs } = simulationData([
      buildResult({ variants: ['a', 'b'] }),
      buildResult({ policy: 'other', variants: ['c', 'b', 'd'] }),
    ]);
    const [first, second] = runs.map(({ replicas }) =>
      Object.fromEntries(replicas.map(({ name, color }) => [name, color])),
    );
    assert.equal(second?.['b on T4'], first?.['b on T4']);
    assert.equal(new Set(Object.values(second ?? {})).size, 3);
  });

  it('has the cost and the attainment of each run', () => {
    const { policies } = simulationData([buildResult({ onTime: 0.9 }), buildResult({ seed: 2, onTime: 0.8 })]);
    assert.deepEqual(
      policies.map(({ runs }) => runs.map(([usd, percent]) => [usd.toFixed(3), percent.toFixed(3)])),
      [
        [
          ['36.000', '90.000'],
          ['36.000', '80.000'],
        ],
      ],
    );
  });
});
