import assert from 'node:assert/strict';
import { summarizeSimulation } from '../../src/simulation/summarize.js';
import { buildResult } from './build-result.js';

describe('summarizeSimulation', () => {
  it('has the mean and the range over the seeds of each policy', () => {
    const [pareto, fixed] = summarizeSimulation([
      buildResult({ policy: 'pareto', seed: 1, onTime: 0.96, usdPerHour: 30 }),
      buildResult({ policy: 'fixed', seed: 1, onTime: 0.5 }),
      buildResult({ policy: 'pareto', seed: 2, onTime: 0.98, usdPerHour: 50 }),
    ]);
    assert.deepEqual(pareto?.seeds, [1, 2]);
    assert.equal(pareto.attainment.mean.toFixed(4), '0.9700');
    assert.deepEqual([pareto.attainment.min, pareto.attainment.max], [0.96, 0.98]);
    assert.equal(pareto.usdPerHour.mean.toFixed(4), '40.0000');
    assert.deepEqual(fixed?.seeds, [1]);
  });

  it('states the cost per million queries on time', () => {
    const [summary] = summarizeSimulation([buildResult({ onTime: 0.5, usdPerHour: 36 })]);
    assert.equal(summary?.usdPerMillion.mean.toFixed(6), '200.000000');
  });

  it('compares cost and missed queries with the first policy', () => {
    const [first, second] = summarizeSimulation([
      buildResult({ policy: 'a', onTime: 0.9, usdPerHour: 20 }),
      buildResult({ policy: 'b', onTime: 0.7, usdPerHour: 30 }),
    ]);
    assert.deepEqual([first?.costRatio, first?.missedRatio], [1, 1]);
    assert.equal(second?.costRatio.toFixed(4), '1.5000');
    assert.equal(second.missedRatio.toFixed(4), '3.0000');
  });

  it('leaves out runs that were stopped, unless all were', () => {
    const finished = buildResult({ onTime: 0.97 });
    const stopped = { ...buildResult({ onTime: 0.5, seed: 2 }), simulatedMs: 1_000 };
    const [mixed] = summarizeSimulation([finished, stopped]);
    assert.deepEqual([mixed?.seeds, mixed?.attainment.mean], [[1], 0.97]);
    const [alone] = summarizeSimulation([stopped]);
    assert.deepEqual([alone?.seeds, alone?.attainment.mean], [[2], 0.5]);
  });

  it('leaves out the figures that a stopped run does not have', () => {
    const { totals, ...run } = buildResult({ seed: 2 });
    const none = { ...totals, asked: 0, answered: 0, onTime: 0, accuracySum: 0, onTimeAccuracySum: 0, usd: 0 };
    const [summary] = summarizeSimulation([
      buildResult({ onTime: 0.97, usdPerHour: 36 }),
      { ...run, totals: none, simulatedMs: 0 },
    ]);
    assert.deepEqual(summary?.attainment, { mean: 0.97, min: 0.97, max: 0.97 });
    assert.equal(summary.usdPerHour.mean.toFixed(6), '36.000000');
  });

  it('has no ratio to a first policy that misses no query', () => {
    const [, second] = summarizeSimulation([
      buildResult({ policy: 'a', onTime: 1 }),
      buildResult({ policy: 'b', onTime: 0.7 }),
    ]);
    assert.ok(!Number.isFinite(second?.missedRatio));
  });
});
