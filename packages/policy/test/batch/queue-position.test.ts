import assert from 'node:assert/strict';
import fc from 'fast-check';
import { queuePosition, type Prioritised } from '../../src/index.js';

const none = Number.POSITIVE_INFINITY;
const waits = (priority: number, enqueuedAt = 100, deadlineMs = none, alone = false): Prioritised => ({
  priority,
  enqueuedAt,
  deadlineMs,
  alone,
});

describe('queuePosition', () => {
  const cases = [
    ['at the end without a priority', [waits(none), waits(none)], none, 2],
    ['before queries without a priority', [waits(none), waits(none)], 7, 0],
    ['behind queries of equal priority', [waits(2), waits(2), waits(none)], 2, 2],
    ['behind more urgent queries', [waits(1), waits(3)], 2, 1],
    ['behind queries that have waited long', [waits(none, -400), waits(none)], 1, 1],
    ['behind queries that have used half of their time', [waits(none, 90, 110), waits(none, 90, 111)], 1, 1],
    ['behind queries that run again', [waits(none, 100, none, true), waits(none)], 1, 1],
  ] as const;
  for (const [name, queue, priority, expected] of cases) {
    it(name, () => assert.equal(queuePosition(queue, priority, 100), expected));
  }

  it('limits overtaking to half of a query’s time and to the maximum time', () => {
    const arrivals = fc.array(fc.record({ priority: fc.constantFrom(1, 2, none), after: fc.nat({ max: 300 }) }));
    fc.assert(
      fc.property(arrivals, (arriving) => {
        const queue: Prioritised[] = [];
        let now = 0;
        for (const { priority, after } of arriving) {
          now += after;
          queue.splice(queuePosition(queue, priority, now), 0, waits(priority, now, now + 800));
        }
        for (const [position, { enqueuedAt, priority }] of queue.entries()) {
          for (const before of queue.slice(0, position)) {
            if (before.enqueuedAt <= enqueuedAt) continue;
            assert.ok(before.priority < priority);
            assert.ok(before.enqueuedAt - enqueuedAt < 400);
          }
        }
      }),
    );
  });
});
