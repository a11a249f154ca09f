import assert from 'node:assert/strict';
import { milliseconds, type Clock } from '@pareto/core';
import { createManualClock } from '@pareto/testkit';
import { watchOwnDelay } from '../../src/fleet/own-delay.js';

describe('the delay of a controller', () => {
  it('is measured by how late a timer is, and usual delays do not count', async () => {
    const manual = createManualClock();
    let lateMs = 0;
    const clock: Clock = { ...manual, sleep: (ms, signal) => manual.sleep(milliseconds(ms + lateMs), signal) };
    const delays: number[] = [];
    const stopping = new AbortController();
    const watching = watchOwnDelay((ms) => delays.push(ms), clock, stopping.signal);
    await manual.advance(1_125);
    lateMs = 99;
    await manual.advance(700);
    assert.deepEqual(delays, []);
    lateMs = 3_000;
    await manual.advance(350);
    lateMs = 0;
    await manual.advance(4_000);
    assert.deepEqual(delays, [3_000]);
    stopping.abort();
    await watching;
  });
});
