import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { createSeries } from '../../src/compare/interval-series.js';
import { addUp, createTotals, quantileOf, type Totals } from '../../src/compare/totals.js';
import { lognormalRequests, simulateRun } from './simulated-run.js';

describe('totals of intervals', () => {
  const fast = lognormalRequests({ seconds: 2, perSecond: 2000, medianMs: 5 }, createSeededRng(1));
  const slow = lognormalRequests({ seconds: 2, perSecond: 1000, medianMs: 50 }, createSeededRng(2));
  const run = simulateRun(fast, slow);

  function totalsOf(draws: readonly number[], isIncluded: (classIndex: number) => boolean): Totals {
    const series = createSeries(run, isIncluded);
    const totals = createTotals(series);
    addUp(series, Uint32Array.from(draws), totals);
    return totals;
  }

  it('include the chosen classes', () => {
    const { seconds, sent, answered, onTime } = totalsOf([1, 1], (index) => index === 0);
    assert.deepEqual({ seconds, sent, answered }, { seconds: 2, sent: 4000, answered: 4000 });
    assert.equal(onTime, fast.filter(({ latencyMs }) => latencyMs <= 20).length);
    assert.equal(totalsOf([1, 1], () => true).sent, 6000);
  });

  it('count each interval as often as it is drawn', () => {
    const { seconds, sent } = totalsOf([3, 0], () => true);
    assert.deepEqual({ seconds, sent }, { seconds: 3, sent: 9000 });
  });

  it('have the quantiles of the latencies', () => {
    const totals = totalsOf([1, 1], (index) => index === 0);
    const sorted = fast.map(({ latencyMs }) => latencyMs).toSorted((a, b) => a - b);
    for (const quantile of [0.01, 0.5, 0.9, 0.99]) {
      const exact = sorted[Math.ceil(quantile * sorted.length) - 1] ?? NaN;
      const found = quantileOf(totals, quantile);
      assert.ok(Math.abs(found / exact - 1) < 0.006, `${found} instead of ${exact}`);
    }
  });

  it('have no quantiles without answers', () => {
    assert.ok(
      Number.isNaN(
        quantileOf(
          totalsOf([0, 0], () => true),
          0.5,
        ),
      ),
    );
  });

  it('take the last interval as short if the load ended within it', () => {
    const series = createSeries({ ...run, durationMs: 1250 }, () => true);
    assert.deepEqual([...series.seconds], [1, 0.25]);
  });
});
