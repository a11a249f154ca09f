import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { buildTask } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createCapacityEvents } from '../../src/plan/capacity-events.js';

const tasks = new Map(['digits', 'words'].map((name) => [name, buildTask({ name })]));
const registry = { tasks, architectures: new Map() } as const;

/** Returns the events of calls at whole seconds, each with the queries of `digits` and those that were refused. */
function eventsOf(...calls: readonly (readonly [queries: number, refused: number])[]) {
  const eventsAt = createCapacityEvents();
  return calls.map(([queries, refused], second) => {
    const demand = { refusals: () => new Map(queries === 0 ? [] : [['digits', { queries, refused }] as const]) };
    const view = { demand, registry, now: milliseconds(second * 1_000) };
    return eventsAt(view).map(({ kind, subject, reason, warning = false }) => {
      assert.equal(kind, 'capacity');
      return `${warning ? '! ' : ''}${subject}: ${reason}`;
    });
  });
}

describe('the events about capacity', () => {
  it('say when rejections begin and end, once', () => {
    assert.deepEqual(eventsOf([100, 0], [100, 40], [100, 90], [100, 0.5], [100, 0], [100, 0]), [
      [],
      ['! digits: queries are rejected for lack of capacity: 40 % in the last 10 s'],
      ...[[], []],
      ['digits: queries are no longer rejected for lack of capacity, after 3 s'],
      [],
    ]);
  });

  it('end when there are no queries any more', () => {
    assert.deepEqual(eventsOf([100, 2], [0, 0]), [
      ['! digits: queries are rejected for lack of capacity: 2.0 % in the last 10 s'],
      ['digits: queries are no longer rejected for lack of capacity, after 1 s'],
    ]);
  });

  it('leave out the tail of admission', () => {
    assert.deepEqual(eventsOf([1_000, 9], [50, 0.9]), [[], []]);
  });
});
