import assert from 'node:assert/strict';
import { milliseconds, systemClock, type Clock } from '../src/index.js';
import { createWatchdog } from '../src/watchdog.js';

/** Creates a watchdog on a clock that `advance` moves in steps of 1 ms. */
function setUp() {
  let now = 0;
  let timersSet = 0;
  let timer: { readonly at: number; readonly run: () => void } | undefined;
  const clock: Clock = {
    ...systemClock,
    now: () => milliseconds(now),
    after(delay, run) {
      timersSet += 1;
      const own = { at: now + delay, run };
      timer = own;
      return { [Symbol.dispose]: () => (timer = timer === own ? undefined : timer) };
    },
  };
  const fired: number[] = [];
  const watchdog = createWatchdog(clock, () => fired.push(now));
  return {
    fired,
    start: (ms: number) => watchdog.start(milliseconds(ms)),
    stop: () => watchdog.stop(),
    timersSet: () => timersSet,
    advance: (ms: number): void => {
      for (const end = now + ms; now < end;) {
        now += 1;
        const due = timer;
        if (due === undefined || due.at > now) continue;
        timer = undefined;
        due.run();
      }
    },
  };
}

describe('a watchdog', () => {
  it('fires once, after the last delay that was started', () => {
    const { fired, start, advance } = setUp();
    start(100);
    advance(60);
    start(100);
    advance(500);
    assert.deepEqual(fired, [160]);
  });

  it('fires earlier if a shorter delay is started', () => {
    const { fired, start, advance } = setUp();
    start(1_000);
    start(10);
    advance(5_000);
    assert.deepEqual(fired, [10]);
  });

  it('does not fire once it is stopped, and can be started again', () => {
    const { fired, start, stop, advance } = setUp();
    start(10);
    stop();
    advance(100);
    assert.deepEqual(fired, []);
    start(10);
    advance(10);
    assert.deepEqual(fired, [110]);
  });

  it('sets few timers while it is started and stopped often', () => {
    const { fired, start, stop, advance, timersSet } = setUp();
    for (let run = 0; run < 1_000; run++) {
      start(100);
      advance(1);
      stop();
    }
    assert.ok(timersSet() <= 11, String(timersSet()));
    advance(1_000);
    assert.deepEqual(fired, []);
  });
});
