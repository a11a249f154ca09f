import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import type { TargetOutcomes } from '@pareto/policy';
import { buildTask } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createCapacityEvents } from '../../src/plan/capacity-events.js';

const tasks = new Map(['digits', 'words'].map((name) => [name, buildTask({ name })]));
const registry = { tasks, architectures: new Map() } as const;

/** Returns the events of calls at whole seconds, each with the queries, the refused and the infeasible ones of `digits`. */
function eventsOf(...calls: readonly (readonly [queries: number, refused: number, infeasible: number])[]) {
  const eventsAt = createCapacityEvents();
  return calls.map(([queries, refused, infeasible], second) => {
    const own = { queries, refused, infeasible, failed: 0, attained: queries - refused };
    const outcomes: TargetOutcomes = { ...own, latencyCounts: new Map(), itemsByVariant: new Map() };
    const demand = { outcomes: () => new Map(queries === 0 ? [] : [['digits', outcomes]]) };
    const view = { demand, registry, now: milliseconds(second * 1_000) } as unknown as Parameters<typeof eventsAt>[0];
    return eventsAt(view).map(({ kind, subject, reason, warning = false }) => {
      assert.equal(kind, 'capacity');
      return `${warning ? '! ' : ''}${subject}: ${reason}`;
    });
  });
}

describe('the events about capacity', () => {
  it('say when rejections begin and end, once', () => {
    assert.deepEqual(eventsOf([100, 0, 0], [100, 40, 0], [100, 90, 0], [100, 0.5, 0], [100, 0, 0], [100, 0, 0]), [
      [],
      ['! digits: queries are rejected for lack of capacity: 40 % in the last 10 s'],
      ...[[], []],
      ['digits: queries are no longer rejected for lack of capacity, after 3 s'],
      [],
    ]);
  });

  it('end when there are no queries any more', () => {
    assert.deepEqual(eventsOf([100, 2, 0], [0, 0, 0]), [
      ['! digits: queries are rejected for lack of capacity: 2.0 % in the last 10 s'],
      ['digits: queries are no longer rejected for lack of capacity, after 1 s'],
    ]);
  });

  it('leave out the tail of admission, and objectives that no variant meets', () => {
    assert.deepEqual(eventsOf([1_000, 9, 0], [100, 50, 50], [50, 0.9, 0]), [[], [], []]);
  });
});
