import assert from 'node:assert/strict';
import fc from 'fast-check';
import { milliseconds, systemClock, TimerWheel, type Clock, type Milliseconds } from '../src/index.js';

/** A clock whose time a test sets, and which runs the timers that are due then. */
function createTestClock() {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  let started = 0;
  const clock: Clock = {
    ...systemClock,
    now: () => milliseconds(now),
    after(delay, run) {
      const timer = { at: now + delay, run };
      timers.add(timer);
      started++;
      return { [Symbol.dispose]: () => void timers.delete(timer) };
    },
  };
  return {
    clock,
    get started() {
      return started;
    },
    get waiting() {
      return timers.size;
    },
    /** Runs each timer at its time, until a time. */
    goTo(end: number) {
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
    },
  };
}

describe('a timer wheel', () => {
  it('runs each timer once, within a millisecond after it is due, unless it was disposed', () => {
    const timer = fc.record({
      startMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
      delayMs: fc.oneof(fc.nat(50), fc.double({ min: -5, max: 4_000, noNaN: true })),
      disposedMs: fc.option(fc.nat(5_000), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(timer, { maxLength: 60 }), (timers) => {
        const time = createTestClock();
        const { clock } = time;
        const wheel = new TimerWheel(clock);
        const ranAt: number[][] = timers.map(() => []);
        const handles: Disposable[] = [];
        const events = timers.flatMap(({ startMs, delayMs, disposedMs }, index) => {
          const start = (): void => {
            handles[index] = wheel.after(milliseconds(delayMs), () => ranAt[index]?.push(clock.now()));
          };
          const dispose = (): void => handles[index]?.[Symbol.dispose]();
          const starts = { at: startMs, run: start };
          return disposedMs === undefined ? [starts] : [starts, { at: startMs + disposedMs, run: dispose }];
        });
        for (const { at, run } of events.sort((a, b) => a.at - b.at)) {
          time.goTo(at);
          run();
        }
        time.goTo(30_000);
        for (const [index, { startMs, delayMs, disposedMs = Infinity }] of timers.entries()) {
          const dueMs = startMs + Math.max(0, delayMs);
          const [ran, again] = ranAt[index] ?? [];
          assert.equal(again, undefined);
          if (ran === undefined) assert.ok(startMs + disposedMs <= dueMs + 2, 'a timer did not run');
          else assert.ok(ran >= dueMs && ran <= dueMs + 2 && ran <= startMs + disposedMs, `${ran} for ${dueMs}`);
        }
        assert.equal(time.waiting, 0, 'the wheel does not wake without timers');
      }),
      { seed: 18, numRuns: 300 },
    );
  });

  it('needs few timers of the clock for many calls', () => {
    const time = createTestClock();
    const wheel = new TimerWheel(time.clock);
    for (let call = 0; call < 20_000; call++) {
      time.goTo(call / 2);
      const deadline = wheel.after(milliseconds(5_000), () => assert.fail('the call has ended'));
      if (call % 50 !== 0) deadline[Symbol.dispose]();
      else wheel.after(milliseconds(5), () => deadline[Symbol.dispose]());
    }
    assert.ok(time.started < 2_000, `${time.started} timers`);
  });

  it('accepts timers that start and dispose others', () => {
    const time = createTestClock();
    const wheel = new TimerWheel(time.clock);
    const ran: string[] = [];
    const timers = ['a', 'b'].map((name) =>
      wheel.after(milliseconds(10), () => {
        ran.push(name);
        for (const each of timers) each[Symbol.dispose]();
        wheel.after(milliseconds(0), () => ran.push('next'));
      }),
    );
    time.goTo(100);
    assert.deepEqual(ran.slice(1), ['next']);
  });

  it('accepts delays of any length', () => {
    const time = createTestClock();
    const wheel = new TimerWheel(time.clock);
    const ran: number[] = [];
    for (const delayMs of [3_000_000_000, 10_000_000, Infinity])
      wheel.after(milliseconds(delayMs), () => ran.push(delayMs));
    time.goTo(10_000_001);
    assert.deepEqual(ran, [10_000_000]);
    time.goTo(3_000_000_001);
    assert.deepEqual(ran, [10_000_000, 3_000_000_000]);
  });

  it('takes the delays that its clock shortens', () => {
    const time = createTestClock();
    const shortened = (delay: Milliseconds): Milliseconds => (delay === 5_000 ? milliseconds(20) : delay);
    const wheel = new TimerWheel({ ...time.clock, shortened });
    const ran: string[] = [];
    wheel.after(milliseconds(5_000), () => ran.push('shortened'));
    wheel.after(milliseconds(5_001), () => ran.push('unchanged'));
    time.goTo(30);
    assert.deepEqual(ran, ['shortened']);
  });
});
