import assert from 'node:assert/strict';
import { fallbackObjective, milliseconds } from '@pareto/core';
import { latencyLeftMs } from '../../src/index.js';

/** The way takes 1 ms, and rarely 30 ms. */
const wayMsOf = (latencyMs: number): number => Math.min(30, 1 + latencyMs / 4);
const idle = { predictedMs: 14, elapsedMs: 2, waitMs: 0 };

describe('the time that a worker has for a query', () => {
  const cases = [
    ['without the rare way', 'online', 100, idle, 72],
    ['of an idle replica at least what the run takes', 'online', 16, idle, 12],
    ['of an idle replica never more than the median way leaves', 'online', 13, idle, 10],
    ['of a busy replica without the rare way', 'online', 16, { ...idle, waitMs: 1 }, 9],
    ['of an offline query what an idle replica takes', 'offline', 100, idle, 12],
    ['not less than none', 'online', 1, { ...idle, waitMs: 1 }, 0],
  ] as const;
  for (const [name, serviceClass, latencyMs, selection, expected] of cases)
    it(name, () => {
      const objective = { ...fallbackObjective, latencyMs: milliseconds(latencyMs), class: serviceClass };
      assert.equal(latencyLeftMs(objective, 2, selection, wayMsOf), expected);
    });
});
