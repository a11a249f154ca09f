import { deepStrictEqual } from 'node:assert/strict';
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
});
