import assert from 'node:assert/strict';
import { formatAccuracy, formatBytes, formatMs, formatObjective, formatUsd } from '../src/format.js';

const objective = {
  class: 'CLASS_UNSPECIFIED',
  accuracyBound: 'ACCURACY_BOUND_UNSPECIFIED',
  degrade: 'DEGRADE_UNSPECIFIED',
} as const;

describe('format', () => {
  it('writes durations, sizes and prices as people read them', () => {
    assert.deepEqual([0, 0.0062, 0.1234, -12.34, 1234].map(formatMs), [
      ...['0 ms', '0.006 ms', '0.12 ms', '-12.3 ms', '1234 ms'],
    ]);
    assert.deepEqual([0, 1023, 1024, 5 * 2 ** 30].map(formatBytes), ['0 B', '1023 B', '1.0 KiB', '5.0 GiB']);
    assert.deepEqual([6.7e-8, 0.00005, 0.048].map(formatUsd), ['$0.000000067', '$0.000050', '$0.048']);
    assert.deepEqual([0, 0.000123, 1.5].map(formatUsd), ['$0', '$0.00012', '$1.50']);
  });

  it('writes an accuracy with its interval, or that there is none', () => {
    const accuracy = { metric: 'top1', value: 0.987, lower95: 0.981, upper95: 0.9912, samples: 2000 };
    assert.equal(formatAccuracy(accuracy), '98.70 % (98.10-99.12)');
    assert.equal(formatAccuracy(null), 'unmeasured');
  });

  it('writes only what an objective asks', () => {
    assert.equal(formatObjective({ ...objective }), '');
    const asked = { ...objective, latencyMs: 50, _latencyMs: 'latencyMs', degrade: 'ALLOW' } as const;
    assert.equal(formatObjective(asked), '≤ 50.0 ms, may degrade');
  });
});
