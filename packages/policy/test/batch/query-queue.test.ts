import assert from 'node:assert/strict';
import fc from 'fast-check';
import { QueryQueue, type RejectedQuery } from '../../src/batch/query-queue.js';
import { queued, type TestQuery } from '../support/queries.js';

const bounds = { items: 100, bytes: 1_000 };

interface Taken {
  readonly batch: readonly string[];
  readonly rejected: readonly string[];
}

function take(queue: QueryQueue<TestQuery>, now = 0, ceiling = 8, itemMs = 1, startsAt = now): Taken {
  const rejected: RejectedQuery<TestQuery>[] = [];
  const batch = queue.take(now, { ceiling, startsAt, expectedMs: (items) => itemMs * items }, rejected);
  return {
    batch: batch.map(({ query }) => query.name),
    rejected: rejected.map(({ query, reason }) => `${query.name} ${reason}`),
  };
}

function filled(...queries: readonly TestQuery[]): QueryQueue<TestQuery> {
  const queue = new QueryQueue<TestQuery>(bounds, 500);
  for (const query of queries) assert.equal(queue.push(query, 0, undefined), 'queued');
  return queue;
}

const onOffered = () => undefined;
/** Batches of one item, each of which takes 10 ms. */
const oneByOne = {
  ...{ ceiling: 1, startsAt: 0, everyMs: 10, expectedMs: () => 10, promisedMs: (ms: number) => ms },
  onOffered,
};
/** Fields of an entry of which nothing is expected. */
const unknown = { expectedAt: undefined, passedBefore: 0, itemMs: 0 };

describe('the request queue', () => {
  const cases: readonly (readonly [string, QueryQueue<TestQuery>, Taken])[] = [
    ['nothing', filled(), { batch: [], rejected: [] }],
    [
      'by due time',
      filled(queued('c', 90), queued('a', 70), queued('b', 80)),
      { batch: ['a', 'b', 'c'], rejected: [] },
    ],
    [
      'by arrival if due at the same time',
      filled(queued('a', 70), queued('b', 70)),
      { batch: ['a', 'b'], rejected: [] },
    ],
    [
      'by priority before due time',
      filled(queued('a', 70), queued('b', 90, { priority: 2 }), queued('c', 80, { priority: 1 })),
      { batch: ['c', 'b', 'a'], rejected: [] },
    ],
    [
      'up to the ceiling',
      filled(queued('a', 70, { items: 6 }), queued('b', 80, { items: 2 }), queued('c', 90)),
      { batch: ['a', 'b'], rejected: [] },
    ],
    [
      'a query above the ceiling alone',
      filled(queued('a', 70, { items: 9 }), queued('b', 80)),
      { batch: ['a'], rejected: [] },
    ],
    ['of one shape', filled(queued('a', 70), queued('b', 80, { batchKey: 'other' })), { batch: ['a'], rejected: [] }],
    [
      'as many as meet the earliest due time',
      filled(queued('a', 2), queued('b', 9), queued('c', 9)),
      { batch: ['a', 'b'], rejected: [] },
    ],
    [
      'without those that are late already',
      filled(queued('a', 0.5), queued('b', 9)),
      { batch: ['b'], rejected: ['a late'] },
    ],
    [
      'without those whose caller stopped waiting',
      filled(queued('a', 9), queued('b', 9, { deadlineAt: 0 }), queued('c', 9)),
      { batch: ['a', 'c'], rejected: ['b expired'] },
    ],
  ];
  for (const [name, queue, expected] of cases) it(`returns ${name}`, () => assert.deepEqual(take(queue), expected));

  it('counts the time until the batch starts', () =>
    assert.deepEqual(take(filled(queued('a', 5), queued('b', 9)), 0, 8, 1, 4.5), {
      batch: ['b'],
      rejected: ['a late'],
    }));

  it('is bounded in items and bytes, but accepts any query when empty', () => {
    const queue = new QueryQueue<TestQuery>({ items: 4, bytes: 100 }, 500);
    assert.equal(queue.push(queued('a', 9, { items: 9 }), 0, undefined), 'queued');
    assert.equal(queue.push(queued('b'), 0, undefined), 'full');
    take(queue);
    assert.equal(queue.push(queued('c', 9, { bytes: 99 }), 0, undefined), 'queued');
    assert.equal(queue.push(queued('d', 9, { bytes: 2 }), 0, undefined), 'full');
    assert.deepEqual([queue.length(), queue.items(), queue.first()?.name], [1, 1, 'c']);
  });

  it('refuses a query that would miss its objective, or make another one miss its own', () => {
    const queue = filled();
    const times = { ceiling: 2, startsAt: 10, everyMs: 8, expectedMs: (items: number) => 4 * items };
    const push = (name: string, dueAt: number, spreadMs = 0) =>
      queue.push(queued(name, dueAt), 0, { ...times, promisedMs: (ms) => ms + spreadMs, onOffered });
    assert.equal(push('a', 13), 'late', 'it ends at 14');
    assert.equal(push('a', 18), 'queued');
    assert.equal(push('b', 24), 'queued', 'it shares the batch of a');
    assert.equal(push('c', 25), 'queued', 'it starts the next one');
    assert.equal(push('d', 17), 'late', 'it would move b to the next one, and a still fits');
    assert.equal(push('e', 30, 5), 'late', 'it would end at 26, and may take 5 ms longer');
    assert.equal(push('e', 31, 5), 'queued');
  });

  it('refuses no query because of one with a lower priority', () => {
    const queue = filled();
    assert.equal(queue.push(queued('a', 15), 0, oneByOne), 'queued');
    assert.equal(queue.push(queued('b', 25), 0, oneByOne), 'queued');
    assert.equal(queue.push(queued('c', 12), 0, oneByOne), 'late', 'a would be late');
    assert.equal(queue.push(queued('c', 12, { priority: 1 }), 0, oneByOne), 'queued');
    assert.equal(
      queue.push(queued('d', 11, { priority: 1 }), 0, oneByOne),
      'late',
      'c would be late, which is as urgent',
    );
  });

  it('corrects the expected end of a query by those that came before it, or were cancelled', () => {
    const queue = filled();
    const queries = Array.from({ length: 10 }, (_, index) => queued(`${index}`, 200 + index));
    for (const query of queries) assert.equal(queue.push(query, 0, oneByOne), 'queued');
    for (const query of queries.slice(1, 7)) queue.cancel(query);
    queue.push(queued('first', 100), 0, oneByOne);
    const expected: (readonly [string, number | undefined])[] = [];
    while (queue.length() > 0)
      for (const { query, expectedAt } of queue.take(0, oneByOne, [])) expected.push([query.name, expectedAt]);
    assert.deepEqual(expected, [
      ['first', 10],
      ['0', 20],
      ['7', 30],
      ['8', 40],
      ['9', 50],
    ]);
  });

  it('refuses the same queries as a comparison with every query behind them', () => {
    const query = fc.record({
      due: fc.integer({ min: 20, max: 400 }),
      items: fc.constantFrom(1, 1, 1, 2, 5),
      priority: fc.constantFrom(1, Infinity, Infinity, Infinity),
      isSlow: fc.boolean(),
    });
    const cases = fc.record({
      queries: fc.array(query, { maxLength: 60 }),
      ceiling: fc.integer({ min: 1, max: 4 }),
      isSingle: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ queries, ceiling, isSingle }) => {
        const runMs = (items: number, isSlow: boolean): number => (2 + items) * (isSlow ? 2 : 1);
        const queue = filled();
        const accepted: TestQuery[] = [];
        for (const [index, { due, items: several, priority, isSlow }] of queries.entries()) {
          const items = isSingle ? 1 : several;
          const next = queued(`${index}`, due, { items, priority, ...(isSlow ? { shapes: { x: [2] } } : {}) });
          const times = {
            ...{ ceiling, startsAt: 5, everyMs: runMs(ceiling, true), promisedMs: (ms: number) => 1.1 * ms, onOffered },
            expectedMs: (of: number, shapes: unknown) => runMs(of, shapes !== undefined),
          };
          const before = accepted.findIndex(
            (other) => priority < other.priority || (priority === other.priority && due < other.dueAt),
          );
          const position = before < 0 ? accepted.length : before;
          const isLate = (other: TestQuery, ahead: number): boolean =>
            1.1 *
              (5 +
                Math.floor(ahead / ceiling) * times.everyMs +
                times.expectedMs((ahead % ceiling) + other.items, other.shapes)) >
            other.dueAt;
          const aheadOf = (at: number): number => accepted.slice(0, at).reduce((sum, one) => sum + one.items, 0);
          const isRefused =
            isLate(next, aheadOf(position)) ||
            accepted.some(
              (other, at) =>
                at >= position &&
                other.priority <= priority &&
                isLate(other, aheadOf(at) + items) &&
                !isLate(other, aheadOf(at)),
            );
          const isFull = accepted.length > 0 && aheadOf(accepted.length) + items > bounds.items;
          assert.equal(queue.push(next, 0, times), isFull ? 'full' : isRefused ? 'late' : 'queued');
          if (!isFull && !isRefused) accepted.splice(position, 0, next);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('serves retried queries first, alone, and even if they are late', () => {
    const queue = filled(queued('a', 70, { priority: 1 }));
    queue.putBack([
      { query: queued('x', -5), deaths: 1, alone: true, ...unknown },
      { query: queued('y', 90), deaths: 0, alone: false, ...unknown },
    ]);
    queue.push(queued('b', 50, { priority: 1 }), 0, undefined);
    assert.deepEqual(
      [take(queue), take(queue)].map(({ batch }) => batch),
      [['x'], ['y', 'b', 'a']],
    );
  });

  it('serves a query that has waited for 500 ms, or for half of its time, before those of a higher priority', () => {
    const later = { enqueuedAt: 400, priority: 1 };
    for (const [dueAt, now, first] of [
      [2000, 499, 'urgent'],
      [2000, 500, 'old'],
      [600, 400, 'old'],
    ] as const) {
      assert.equal(take(filled(queued('old', dueAt), queued('urgent', 900, later)), now, 1).batch[0], first);
    }
  });

  it('removes cancelled queries', () => {
    const [a, b] = [queued('a', 70), queued('b', 80)];
    const queue = filled(a, b);
    assert.deepEqual([queue.cancel(a), queue.cancel(a), queue.items()], [true, false, 1]);
    assert.deepEqual(take(queue).batch, ['b']);
    assert.equal(queue.cancel(b), false);
  });

  it('neither loses nor repeats a query, and counts its items', () => {
    const event = fc.oneof(
      fc.record({
        kind: fc.constant('push' as const),
        due: fc.nat(100),
        priority: fc.constantFrom(1, 2, Infinity),
        isKnown: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('take' as const), ceiling: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('cancel' as const), index: fc.nat(50) }),
      fc.record({ kind: fc.constant('fail' as const), ceiling: fc.integer({ min: 1, max: 4 }) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        const queue = new QueryQueue<TestQuery>(bounds, 500);
        const live = new Map<string, TestQuery>();
        const take4 = (now: number, ceiling: number) => {
          const rejected: RejectedQuery<TestQuery>[] = [];
          const batch = queue.take(now, { ceiling, startsAt: now, expectedMs: (items) => items }, rejected);
          for (const { query } of rejected) assert.ok(live.delete(query.name));
          return batch;
        };
        for (const [now, each] of events.entries()) {
          if (each.kind === 'push') {
            const query = queued(`q${now}`, now + each.due, { priority: each.priority, enqueuedAt: now });
            const times = { ceiling: 2, startsAt: now, everyMs: 2, expectedMs: (items: number) => items };
            const outcome = queue.push(
              query,
              now,
              each.isKnown ? { ...times, promisedMs: (ms) => ms, onOffered } : undefined,
            );
            if (outcome === 'queued') live.set(query.name, query);
          } else if (each.kind === 'cancel') {
            const [name, query] = [...live][each.index] ?? [];
            if (name !== undefined && query !== undefined) assert.equal(queue.cancel(query), live.delete(name));
          } else {
            const batch = take4(now, each.ceiling);
            if (each.kind === 'fail') queue.putBack(batch.map((entry) => ({ ...entry, alone: true })));
            else for (const { query } of batch) assert.ok(live.delete(query.name));
          }
          assert.deepEqual([queue.length(), queue.items()], [live.size, live.size]);
        }
        assert.deepEqual(new Set(queue.takeAll().map(({ query }) => query.name)), new Set(live.keys()));
      }),
    );
  });
});
