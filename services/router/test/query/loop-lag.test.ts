import assert from 'node:assert/strict';
import { milliseconds, type Clock } from '@pareto/core';
import { createLoopLag } from '../../src/query/loop-lag.js';

/** Creates a clock whose timers run when the test says so, however late. */
function createLateClock() {
  let now = 0;
  let timer: (() => void) | undefined;
  const clock = {
    now: () => milliseconds(now),
    after(_: number, callback: () => void) {
      timer = callback;
      return { [Symbol.dispose]: () => undefined };
    },
  } as Partial<Clock> as Clock;
  function runTimer(afterMs: number): boolean {
    const run = timer;
    timer = undefined;
    now += afterMs;
    run?.();
    return run !== undefined;
  }
  return { clock, runTimer };
}

describe('the delay of the event loop', () => {
  it('rises immediately, falls slowly, and is measured only while queries arrive', () => {
    const { clock, runTimer } = createLateClock();
    const lag = createLoopLag(clock);
    assert.equal(runTimer(20), false, 'nothing is measured before the first query');
    lag.queryArrived();
    runTimer(20);
    assert.equal(lag.lagMs, 0);
    runTimer(70);
    assert.equal(lag.lagMs, 50);
    runTimer(20);
    assert.equal(lag.lagMs, 45);
    lag.queryArrived();
    runTimer(1_500);
    assert.equal(lag.lagMs, 0);
    assert.equal(runTimer(20), false);
    lag.queryArrived();
    assert.equal(runTimer(30), true);
    assert.equal(lag.lagMs, 10);
  });
});
