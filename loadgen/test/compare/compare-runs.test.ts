import assert from 'node:assert/strict';
import { createSeededRng, type Rng } from '@pareto/core';
import { compareRuns, type ComparableRun, type ComparedMetric } from '../../src/compare/compare-runs.js';
import { compareSeries } from '../../src/compare/compare-series.js';
import { createSeries } from '../../src/compare/interval-series.js';
import type { Outcome } from '../../src/index.js';
import { failSome, lognormalRequests, queuedRequests, simulateRun, type Load } from './simulated-run.js';

const load: Load = { seconds: 40, perSecond: 50, medianMs: 15 };

const compare = (a: ComparableRun, b: ComparableRun): readonly ComparedMetric[] =>
  compareRuns(a, b, createSeededRng(1), 300);

const find = (metrics: readonly ComparedMetric[], name: string, query: string | null = null): ComparedMetric =>
  metrics.find((each) => each.metric === name && each.query === query) ?? assert.fail(`no ${name} of ${query}`);

const isDifferent = ({ result }: ComparedMetric): boolean => result === 'better' || result === 'worse';

describe('compareRuns', function () {
  this.timeout(30_000);

  const processes: Readonly<Record<string, (rng: Rng) => readonly Outcome[]>> = {
    'independent latencies': (rng) => lognormalRequests(load, rng),
    'a loaded queue': (rng) => queuedRequests(load, rng),
    'bursts of slow seconds': (rng) => {
      const factors = Array.from({ length: 40 }, () => (rng() < 0.1 ? 5 : 1));
      return lognormalRequests({ ...load, slowdown: (ms) => factors[Math.floor(ms / 1000)] ?? 1 }, rng);
    },
  };
  for (const [name, requests] of Object.entries(processes))
    it(`finds no difference between runs of ${name}, except for about 5 %`, () => {
      const pairs = 50;
      const rng = createSeededRng(7);
      let different = 0;
      const outside = new Map<string, number>();
      for (let pair = 0; pair < pairs; pair++) {
        const metrics = compareRuns(simulateRun(requests(rng)), simulateRun(requests(rng)), rng, 100);
        if (metrics.some(isDifferent)) different++;
        for (const { metric, interval95 } of metrics) {
          const [lower, upper] = interval95 ?? [0, 0];
          if (lower > 0 || upper < 0) outside.set(metric, (outside.get(metric) ?? 0) + 1);
        }
      }
      assert.ok(different <= 0.1 * pairs, `${different} of ${pairs} pairs differ`);
      for (const [metric, count] of outside) assert.ok(count <= 0.15 * pairs, `${metric}: ${count} of ${pairs}`);
    });

  it('finds a p99 that is 10 % higher', () => {
    const pairs = 20;
    const rng = createSeededRng(3);
    const results = Array.from({ length: pairs }, () => {
      const [a, b] = [15, 16.5].map((medianMs) =>
        simulateRun(lognormalRequests({ seconds: 60, perSecond: 200, medianMs }, rng)),
      );
      return find(compareRuns(a ?? assert.fail(), b ?? assert.fail(), rng, 100), 'p99').result;
    });
    const found = results.filter((result) => result === 'worse').length;
    assert.ok(found >= 0.9 * pairs, `${found} of ${pairs}`);
  });

  it('finds a difference below the waves of the same arrivals', () => {
    const slowdown = (ms: number): number => 1 + 4 * Math.sin((Math.PI * ms) / 60_000) ** 2;
    const [a, b] = [15, 16.5].map((medianMs, seed) =>
      simulateRun(lognormalRequests({ seconds: 60, perSecond: 100, medianMs, slowdown }, createSeededRng(seed))),
    );
    const metrics = compare(a ?? assert.fail(), b ?? assert.fail());
    assert.equal(find(metrics, 'p50').result, 'worse');
    assert.equal(find(metrics, 'p90').result, 'worse');
  });

  it('compares runs of different lengths', () => {
    const [long, short] = [600, 40].map((seconds) =>
      simulateRun(lognormalRequests({ ...load, seconds }, createSeededRng(seconds))),
    );
    const metrics = compare(long ?? assert.fail(), short ?? assert.fail());
    assert.equal(metrics.filter(isDifferent).length, 0);
    assert.ok(find(metrics, 'p50').p !== null);
  });

  it('reports shares by class, each as better or worse by its meaning', () => {
    const requests = (medianMs: number): readonly Outcome[] =>
      lognormalRequests({ ...load, medianMs }, createSeededRng(medianMs));
    const [rejecting, failing] = (['resource-exhausted', 'unavailable'] as const).map((code) =>
      failSome(requests(10), 0.2, code, createSeededRng(9)),
    );
    const a = simulateRun(requests(10), requests(11), rejecting ?? []);
    const b = simulateRun(rejecting ?? [], failing ?? [], requests(10));
    const metrics = compare(a, b);
    const summary = ['on time', 'rejected', 'failed', 'answers'].map((name) =>
      ['class 0', 'class 1', 'class 2'].map((query) => find(metrics, name, query).result),
    );
    assert.deepEqual(summary, [
      ['worse', 'worse', 'better'],
      ['worse', 'not significant', 'better'],
      ['not significant', 'worse', 'not significant'],
      ['worse', 'worse', 'better'],
    ]);
    const { unit, a: before, b: after, difference, relative, interval95 } = find(metrics, 'rejected', 'class 0');
    assert.deepEqual([unit, before, relative], ['share', 0, null]);
    assert.equal(difference, after);
    assert.ok(interval95 !== null && interval95[0] > 0.15 && interval95[1] < 0.25);
  });

  it('compares only all queries together if there is one class in each run, or no shared one', () => {
    const [one, two] = [simulateRun([]), simulateRun([], [])];
    const renamed = { ...two, classes: two.classes.map(({ name }) => ({ name: `other ${name}` })) };
    for (const other of [one, renamed]) assert.ok(compare(one, other).every(({ query }) => query === null));
    assert.deepEqual([...new Set(compare(one, two).map(({ query }) => query))], [null, 'class 0']);
  });

  it('counts a difference of one step of the latencies as chance', () => {
    const fixed = (latencyMs: number): ComparableRun =>
      simulateRun(lognormalRequests(load, createSeededRng(1)).map((each) => ({ ...each, latencyMs })));
    assert.equal(find(compare(fixed(10), fixed(10.09)), 'p50').result, 'not significant');
    assert.equal(find(compare(fixed(10), fixed(10.3)), 'p50').result, 'worse');
    assert.equal(find(compare(fixed(10.3), fixed(10)), 'p50').result, 'better');
  });

  describe('finds runs too short to tell', () => {
    const results = (a: readonly Outcome[], b: readonly Outcome[]): Readonly<Record<string, string>> =>
      Object.fromEntries(compare(simulateRun(a), simulateRun(b)).map(({ metric, result }) => [metric, result]));
    const requests = (given: Partial<Load>): readonly Outcome[] =>
      lognormalRequests({ ...load, ...given }, createSeededRng(1));

    it('with few intervals', () => {
      const short = requests({ seconds: 19, perSecond: 1000 });
      assert.ok(Object.values(results(short, short)).every((result) => result === 'too short to tell'));
    });

    it('without requests', () => {
      const [metric] = compare(simulateRun([]), simulateRun(requests({})));
      const { a, difference, interval95, p, result } = metric ?? assert.fail();
      assert.deepEqual([a, difference, interval95, p, result], [null, null, null, null, 'too short to tell']);
    });

    it('with few requests beyond a percentile', () => {
      const { p50, p99, 'p99.9': p999 } = results(requests({}), requests({ perSecond: 20 }));
      assert.deepEqual([p50, p99, p999], ['not significant', 'too short to tell', 'too short to tell']);
    });

    it('with a tail that comes from one burst', () => {
      const burst = requests({ perSecond: 100, slowdown: (ms) => (ms > 20_000 && ms < 22_000 ? 20 : 1) });
      const { p50, p99 } = results(requests({ perSecond: 100 }), burst);
      assert.deepEqual([p50, p99], ['not significant', 'too short to tell']);
    });
  });
});

describe('compareSeries', () => {
  it('estimates the standard error of a share of independent requests', () => {
    const [a, b] = [1, 2].map((seed) => {
      const rng = createSeededRng(seed);
      const requests = failSome(lognormalRequests({ ...load, seconds: 400 }, rng), 0.2, 'unavailable', rng);
      return createSeries(simulateRun(requests), () => true);
    });
    const estimates = compareSeries(a ?? assert.fail(), b ?? assert.fail(), createSeededRng(1));
    const { uncertainty } = estimates.find(({ metric }) => metric.name === 'failed') ?? assert.fail();
    const expected = Math.sqrt((2 * 0.2 * 0.8) / (400 * 50));
    const { standardError, degrees } = uncertainty ?? assert.fail();
    assert.ok(Math.abs(standardError / expected - 1) < 0.3, `${standardError} instead of ${expected}`);
    assert.ok(degrees > 25 && degrees <= 28.5, String(degrees));
  });
});
