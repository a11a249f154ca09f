import { deepStrictEqual, rejects } from 'node:assert/strict';
import fc from 'fast-check';
import { createEventQueue } from '../../src/events/event-queue.js';

describe('createEventQueue', () => {
  it('runs events by time, and events of one time in the order in which they were scheduled', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const events = createEventQueue();
        const ran: (readonly [at: number, index: number])[] = [];
        for (const [index, at] of times.entries()) events.schedule(at, (now) => ran.push([now, index]));
        events.runAll();
        const expected = times.map((at, index) => [at, index] as const);
        deepStrictEqual(
          ran,
          expected.toSorted(([a], [b]) => a - b),
        );
      }),
    );
  });
  it('runs events that an event schedules', () => {
    const events = createEventQueue();
    const ran: number[] = [];
    const repeat = (now: number): void => {
      ran.push(now);
      if (now < 3) events.schedule(now + 1, repeat);
    };
    events.schedule(1, repeat);
    events.schedule(2.5, (now) => ran.push(now));
    events.runAll();
    deepStrictEqual(ran, [1, 2, 2.5, 3]);
  });
  it('runs delayed events among the others', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: -1, max: 1 }))), (arrivals) => {
        const events = createEventQueue();
        const delays = [events.createDelay(3), events.createDelay(0)];
        const ran: number[] = [];
        const expected: number[] = [];
        for (const [at, delay] of arrivals) {
          expected.push(at + (delay < 0 ? 0 : ([3, 0][delay] ?? 0)));
          events.schedule(at, (now) => {
            if (delay < 0) ran.push(now);
            else delays[delay]?.(now, (later) => ran.push(later));
          });
        }
        events.runAll();
        deepStrictEqual(
          ran,
          expected.toSorted((a, b) => a - b),
        );
      }),
    );
  });
  it('keeps the order of many delayed events', () => {
    const events = createEventQueue();
    const delay = events.createDelay(1);
    let [last, count] = [0, 0];
    for (let at = 0; at < 20_000; at += 1)
      events.schedule(at / 10, (now) =>
        delay(now, (later) => {
          deepStrictEqual(later >= last, true);
          [last, count] = [later, count + 1];
        }),
      );
    deepStrictEqual(events.runSome(50, 5), true);
    deepStrictEqual(events.runSome(Infinity, 5), false);
    deepStrictEqual(count, 41);
    events.runAll();
    deepStrictEqual(count, 20_000);
  });
  it('runs no event while it is held', async () => {
    const events = createEventQueue();
    const ran: number[] = [];
    let finish = (): void => undefined;
    const work = new Promise<void>((resolve) => (finish = resolve));
    events.schedule(1, () => events.hold(work.then(() => events.schedule(1, () => ran.push(1)))));
    events.schedule(2, () => ran.push(2));
    deepStrictEqual([events.runSome(Infinity, 5), events.runSome(Infinity, 5), ran], [true, true, []]);
    finish();
    await events.held;
    deepStrictEqual([events.runSome(Infinity, 5), events.held, ran], [false, undefined, [1, 2]]);
  });
  it('rejects if the work that holds it does', async () => {
    const events = createEventQueue();
    events.schedule(1, () => events.hold(Promise.reject(new Error('no solution'))));
    events.runSome(Infinity, 5);
    await rejects(async () => events.held, /no solution/);
  });
});
