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
    const onDelay = (ms: number): void => void delays.push(ms);
    const watching = watchOwnDelay({ isAnyAbsent: () => true, onDelay, clock }, stopping.signal);
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

  it('is measured less often while no worker is absent', async () => {
    const manual = createManualClock();
    let sleeps = 0;
    const clock: Clock = { ...manual, sleep: (ms, signal) => ((sleeps += 1), manual.sleep(ms, signal)) };
    const stopping = new AbortController();
    const options = { isAnyAbsent: () => sleeps < 4, onDelay: () => assert.fail(), clock };
    const watching = watchOwnDelay(options, stopping.signal);
    await manual.advance(1_000);
    assert.equal(sleeps, 5);
    await manual.advance(3_000);
    assert.equal(sleeps, 8);
    stopping.abort();
    await watching;
  });
});
