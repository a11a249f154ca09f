import assert from 'node:assert/strict';
import { findBottleneck } from '../../src/load/find-bottleneck.js';

const lag = (p99: number): Parameters<typeof findBottleneck>[0]['lagMs'] => {
  return { mean: p99, p50: p99, p90: p99, p95: p99, p99, p999: p99, max: p99 };
};
const idle = { intendedPerSecond: 100, sentPerSecond: 100, cpuUsPerRequest: 100, busy: 0.1, lagMs: lag(0.2) };

describe('findBottleneck', () => {
  it('finds none in a sender that keeps up', () => {
    assert.equal(findBottleneck(idle, 'open'), undefined);
  });

  it('finds a busy event loop, in both loops', () => {
    for (const loop of ['open', 'closed'] as const)
      assert.match(findBottleneck({ ...idle, busy: 0.97 }, loop) ?? '', /busy for 97 % of the time/);
  });

  it('finds a rate that is 1 % too low', () => {
    assert.equal(findBottleneck({ ...idle, sentPerSecond: 99.1 }, 'open'), undefined);
    assert.match(
      findBottleneck({ ...idle, sentPerSecond: 98.9 }, 'open') ?? '',
      /sent 98.9 of 100.0 requests per second/,
    );
  });

  it('finds late requests', () => {
    assert.match(findBottleneck({ ...idle, lagMs: lag(7) }, 'open') ?? '', /7.0 ms late \(p99\)/);
  });
});
