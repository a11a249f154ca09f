import assert from 'node:assert/strict';
import { milliseconds, type Clock } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import { limitWarnings } from '../../src/limits/limited-log.js';

describe('limitWarnings', () => {
  it('logs a message at the given rate, and counts the lines left out', () => {
    const lines: object[] = [];
    const logger = { warn: (_: string, fields: object) => void lines.push(fields) } as Logger;
    let now = 0;
    const clock = { now: () => milliseconds(now) } as Clock;
    const warn = limitWarnings(logger, clock, { maxPerWindow: 1, windowMs: 30_000 });
    for (; now <= 60_000; now += 1_000) warn('failed', { at: now });
    assert.deepEqual(lines, [{ at: 0 }, { at: 30_000, suppressed: 29 }, { at: 60_000, suppressed: 29 }]);
  });
});
