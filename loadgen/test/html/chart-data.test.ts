import assert from 'node:assert/strict';
import type { Series } from '@pareto/report';
import { chartData } from '../../src/html/chart-data.js';
import { buildReport, mixedOutcomes, threeClasses } from './build-report.js';

const valuesOf = (series: readonly Series[]): Readonly<Record<string, readonly (number | null)[]>> =>
  Object.fromEntries(series.map(({ name, values }) => [name, values]));

describe('chartData', () => {
  it('splits the rate of sending by outcome', () => {
    const { outcomes } = chartData(
      buildReport([
        { intendedMs: 0 },
        { intendedMs: 100, latencyMs: 51 },
        { intendedMs: 200, code: 'resource-exhausted' },
        { intendedMs: 300, code: 'unavailable' },
        { intendedMs: 2_500 },
      ]),
    );
    assert.deepEqual(valuesOf(outcomes), {
      'within objective': [1, 0, 1],
      late: [1, 0, 0],
      rejected: [1, 0, 0],
      failed: [1, 0, 0],
    });
  });

  it('counts the last interval with its length, but not as a moment', () => {
    const rates = (durationMs: number): unknown =>
      chartData(buildReport([{ intendedMs: 0 }, { intendedMs: 1000 }], { durationMs })).outcomes[0]?.values;
    assert.deepEqual(rates(1_500), [1, 2]);
    assert.deepEqual(rates(1_001), [1, 4]);
    assert.deepEqual(rates(9_000), [1, 1]);
  });

  it('has no attainment, latencies and shares where nothing was sent or answered', () => {
    const { attainment, latencies, variants } = chartData(
      buildReport([
        { intendedMs: 0 },
        { intendedMs: 2_000, code: 'unavailable' },
        { intendedMs: 3_000, latencyMs: 60 },
      ]),
    );
    assert.deepEqual(attainment[0]?.values, [100, null, 0, 0]);
    assert.deepEqual(
      latencies[0]?.p50.map((ms) => ms !== null),
      [true, false, false, true],
    );
    assert.deepEqual(variants[0]?.values, [100, null, null, 100]);
  });

  it('has latencies of each class and of all together', () => {
    const outcomes = Array.from({ length: 200 }, (_, index) => ({
      classIndex: index % 2,
      latencyMs: index < 199 ? 10 : 100,
    }));
    const { latencies, allLatencies } = chartData(buildReport(outcomes, { classes: threeClasses.slice(0, 2) }));
    const close = (value: number | null | undefined, expected: number): void =>
      assert.ok(Math.abs((value ?? NaN) / expected - 1) < 0.01, `${value}, expected ${expected}`);
    close(latencies[0]?.max[0], 10);
    close(latencies[1]?.max[0], 100);
    close(latencies[1]?.p99[0], 10);
    close(allLatencies.p50[0], 10);
    close(allLatencies.max[0], 100);
  });

  it('aligns the percentile curves of classes with different numbers of answers', () => {
    const outcomes = Array.from({ length: 72 }, (_, index) => ({
      classIndex: index < 2 ? 0 : 1,
      latencyMs: index + 1,
    }));
    const { percentiles, curves } = chartData(buildReport(outcomes, { classes: threeClasses.slice(0, 2) }));
    assert.equal(percentiles.length, 36);
    assert.ok(
      percentiles.every((percentile, index) => percentile < 100 && percentile > (percentiles[index - 1] ?? -1)),
    );
    const [few, many] = curves.map(({ values }) => values.filter((value) => value !== null));
    assert.equal(few?.length, 6);
    assert.equal(many?.length, 36);
    assert.ok(Math.abs((many.at(-1) ?? 0) - 72) < 0.1);
  });

  it('adds up the variants beyond nine, and the statuses that are not answers', () => {
    const outcomes = Array.from({ length: 12 }, (_, index) =>
      Array.from({ length: 12 - index }, () => ({ variant: `v${index}` })),
    ).flat();
    const { variants } = chartData(buildReport(outcomes));
    assert.deepEqual(
      variants.map(({ name }) => name),
      ['v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', '4 others'],
    );
    const shares = variants.map(({ values }) => values[0] ?? 0);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100) < 0.1);
    const { failures } = chartData(buildReport(mixedOutcomes(), { classes: threeClasses }));
    assert.deepEqual(
      failures.map(({ name }) => name),
      ['resource-exhausted', 'unavailable'],
    );
  });

  it('gives a class the same colour in every chart', () => {
    const { attainment, latencies, curves } = chartData(buildReport(mixedOutcomes(), { classes: threeClasses }));
    const colors = [attainment, latencies, curves].map((series) => series.map(({ color }) => color));
    assert.equal(new Set(colors[0]).size, 3);
    assert.deepEqual(colors, [colors[0], colors[0], colors[0]]);
  });
});
