import assert from 'node:assert/strict';
import { differingSettings } from '../../src/compare/differing-settings.js';
import { buildRun, buildSettings } from '../support/build-run.js';

describe('differingSettings', () => {
  const a = buildRun(buildSettings(), []);

  it('ignores the time and the server', () => {
    const b = buildRun(buildSettings({ address: '10.0.0.1:8001' }), [], { startedAt: '2026-02-01T00:00:00.000Z' });
    assert.deepEqual(differingSettings(a, b), []);
  });

  it('lists settings with their paths, the machine and Node', () => {
    const settings = buildSettings({
      seed: 2,
      loop: { kind: 'open', arrivals: { process: 'gamma', rate: 50, variation: 2 } },
      queries: [{ name: 'digits', target: 'digits', weight: 1 }],
    });
    const b = buildRun(settings, [], { machine: '4 x CPU', node: '20.0.0' });
    assert.deepEqual(
      differingSettings(a, b).map((each) => [each.name, each.a, each.b]),
      [
        ['seed', '1', '2'],
        ['loop.arrivals.process', 'poisson', 'gamma'],
        ['queries[0].latencyMs', '50', ''],
        ['machine', '2 x CPU', '4 x CPU'],
        ['node', '24.1.0', '20.0.0'],
        ['loop.arrivals.variation', '', '2'],
      ],
    );
  });
});
