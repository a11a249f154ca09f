import assert from 'node:assert/strict';
import { generateTracePart, readTracePart, type DataUse } from '../../src/index.js';
import { readDataFile } from './data-folder.js';
import { burstStatistics, tenantStatistics } from './trace-statistics.js';

const uses: readonly DataUse[] = ['tuning', 'kept-aside'];

/** Asserts that each statistic differs from the expected one by at most its tolerance, a share of it. */
function assertNear(
  found: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, readonly [value: number, tolerance: number]>>,
): void {
  for (const [name, [value, tolerance]] of Object.entries(expected)) {
    assert.ok(Math.abs((found[name] ?? NaN) / value - 1) <= tolerance, `${name}: ${found[name]}, expected ${value}`);
  }
}

describe('generated traces', () => {
  for (const use of uses) {
    it(`has the statistics of the Twitter trace in daily bursts (${use})`, () => {
      const [trace] = generateTracePart('daily-bursts', use).sources;
      assert.ok(trace !== undefined);
      assertNear(burstStatistics(trace), {
        'mean per second': [65, 0.1],
        'maximum / mean, 1 s': [5.2, 0.1],
        'maximum / mean, 10 min': [3.2, 0.15],
        'variation, 1 s': [0.62, 0.1],
        'variation, 10 min': [0.51, 0.1],
      });
    });

    it(`has the statistics of Azure Functions in bursts of tenants (${use})`, () =>
      assertNear(tenantStatistics(generateTracePart('tenant-bursts', use).sources), {
        'mean per second': [91.5, 0.001],
        'share of the largest': [0.153, 0.01],
        'median variation, 1 min': [0.86, 0.25],
        'p90 variation, 1 min': [3.8, 0.25],
      }));
  }

  it('is expected to have the statistics of the recorded Twitter trace', function () {
    const [trace] = readTracePart('twitter', 'tuning', readDataFile(this, 'twitter')).sources;
    assert.ok(trace !== undefined);
    assertNear(burstStatistics(trace), {
      'mean per second': [65, 0.01],
      'maximum / mean, 1 s': [5.2, 0.02],
      'maximum / mean, 10 min': [3.2, 0.02],
      'variation, 1 s': [0.62, 0.02],
      'variation, 10 min': [0.51, 0.02],
    });
  });

  it('is expected to have the statistics of the recorded Azure Functions', function () {
    const text = readDataFile(this, 'azure-functions');
    const [tuning, keptAside] = uses.map((use) => readTracePart('azure-functions', use, text).sources);
    assertNear(tenantStatistics(tuning ?? []), {
      'mean per second': [91.5, 0.01],
      'share of the largest': [0.153, 0.01],
    });
    assertNear(tenantStatistics([...(tuning ?? []), ...(keptAside ?? [])]), {
      'median variation, 1 min': [0.86, 0.05],
      'p90 variation, 1 min': [3.8, 0.05],
    });
  });
});
