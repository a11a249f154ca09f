import assert from 'node:assert/strict';
import {
  formatAccuracy,
  formatCost,
  formatCount,
  formatMs,
  formatObjective,
  formatRatio,
  formatSpan,
  formatUsd,
} from '../../src/terminal/format.js';
import { duration, namesIn } from '../../src/context/options.js';

const objective = {
  class: 'CLASS_UNSPECIFIED',
  accuracyBound: 'ACCURACY_BOUND_UNSPECIFIED',
  degrade: 'DEGRADE_UNSPECIFIED',
  prefer: 'PREFER_UNSPECIFIED',
} as const;

describe('formats of numbers', () => {
  it('format milliseconds and prices', () => {
    assert.deepEqual([0, 0.0062, 0.1234, -12.34, 1234].map(formatMs), [
      ...['0 ms', '0.006 ms', '0.12 ms', '-12.3 ms', '1234 ms'],
    ]);
    assert.deepEqual([6.7e-8, 0.00005, 0.048].map(formatUsd), ['$0.000000067', '$0.000050', '$0.048']);
    assert.deepEqual([0, 0.000123, 1.5].map(formatUsd), ['$0', '$0.00012', '$1.50']);
    assert.deepEqual([0, 4.9e-8, 1.8e-5, 0.0123456, 4].map(formatCost), [
      '-',
      '$0.0000490',
      '$0.0180',
      '$12.3',
      '$4000',
    ]);
  });

  it('format spans of time in their two largest units, ratios and counts', () => {
    const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
    const spans = [
      0,
      850,
      42_000,
      192_345,
      59_999.9,
      2 * hour + 5 * minute,
      2 * hour + 5_000,
      day + 3 * hour,
      400 * day,
    ];
    assert.deepEqual(spans.map(formatSpan), [
      ...['0 ms', '850 ms', '42 s', '3 min 12 s', '1 min', '2 h 5 min', '2 h', '1 d 3 h', '400 d'],
    ]);
    assert.deepEqual([0.2512, 0.0341, 1, 12.345].map(formatRatio), ['0.25x', '0.034x', '1.00x', '12.35x']);
    assert.deepEqual([0, 407, 25_400, 646_000, 1.24e9].map(formatCount), ['0', '407', '25.4 k', '646 k', '1.24 G']);
  });

  it('parse durations and lists of known names', () => {
    assert.deepEqual(['90s', '30m', '2h', '1.5d'].map(duration), [90_000, 1_800_000, 7_200_000, 129_600_000]);
    for (const wrong of ['', '5', 'h', '0s', '-1h', '2 weeks', '1e3s'])
      assert.throws(() => duration(wrong), /90s, 30m, 2h or 1d/);
    assert.deepEqual(namesIn(['a', 'b'])('b, a'), ['b', 'a']);
    assert.throws(() => namesIn(['a', 'b'])('a,c'), /Unknown name "c". Expected one or more of a, b/);
  });

  it('format an accuracy with its interval, or as unmeasured', () => {
    const accuracy = { metric: 'top1', value: 0.987, lower95: 0.981, upper95: 0.9912, samples: 2000, scale: 0 };
    assert.equal(formatAccuracy(accuracy), '98.70 % (98.10-99.12)');
    const regression = { ...accuracy, metric: 'rmse', value: 0.6, lower95: 0.58, upper95: 0.62, scale: 80 };
    assert.equal(formatAccuracy(regression), 'rmse 53.33 (49.03 to 57.93)');
    assert.equal(formatAccuracy(null), 'unmeasured');
  });

  it('format only the given fields of an objective', () => {
    assert.equal(formatObjective({ ...objective }), '');
    const requested = { ...objective, latencyMs: 50, _latencyMs: 'latencyMs', degrade: 'ALLOW' } as const;
    assert.equal(formatObjective(requested), '≤ 50.0 ms, may degrade');
    assert.equal(formatObjective({ ...objective, prefer: 'ACCURACY' }), 'most accurate');
    const floor = { ...objective, minAccuracy: 0.6, _minAccuracy: 'minAccuracy' } as const;
    assert.equal(formatObjective(floor, { metric: 'rmse', scale: 80 }), 'rmse ≤ 53.34');
    assert.equal(formatObjective(floor), '≥ 60.00 %');
  });
});
