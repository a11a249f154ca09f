import assert from 'node:assert/strict';
import { milliseconds, resolveObjective, replicaId } from '@pareto/core';
import {
  defaultTurnParams,
  endTurn,
  firstTurn,
  observeTurn,
  planTurn,
  seeAssigned,
  skipTurn,
  type DemandInput,
  type TurnState,
} from '../../src/index.js';
import { objectiveClass } from '../../src/demand/objective-class.js';
import { replica, snapshot, variant, worker } from '../support/fixture.js';

const small = variant('a:int8', { p50Ms: 5, accuracy: 0.9 });
const observed = (now: number) =>
  snapshot({ now: milliseconds(now), variants: [small], workers: [worker('w', 500, { slots: 4 })] });
const objective = resolveObjective({ latencyMs: milliseconds(500) });

const offered = (itemsPerSecond: number, now: number): DemandInput => ({
  demands: [
    {
      ...{ tenant: 'default', target: 'digits', className: objectiveClass(objective), objective },
      ...{ itemsPerSecond, latestPerSecond: 0, answered: new Map() },
    },
  ],
  ...{ held: [], active: () => [], now: milliseconds(now) },
});
const observe = (state: TurnState, itemsPerSecond: number, now: number) =>
  observeTurn(state, observed(now), offered(itemsPerSecond, now), [], defaultTurnParams);
const leading = milliseconds(60_000);

describe('a control turn', () => {
  it('loads what the demand needs, and counts the loads as assigned once they are recorded', () => {
    const state = observe(firstTurn, 300, 1_000);
    const { actions, nextAt } = planTurn(state, observed(1_000), 'p1', leading, defaultTurnParams);
    assert.equal(actions.filter(({ kind }) => kind === 'load').length, 3);
    assert.ok(nextAt > 1_000);
    const ended = endTurn(state, actions, milliseconds(1_200), defaultTurnParams);
    assert.deepEqual([...ended.assignedAt.values()], [1_200, 1_200, 1_200]);
    assert.equal([...ended.changes.recentLoads.values()][0]?.count, 3);
  });

  it('is skipped while the demand is the same', () => {
    const state = observe(firstTurn, 300, 1_000);
    const [same, more] = [300, 400].map((rate) =>
      skipTurn(state, offered(rate, 2_000), observed(1_000), defaultTurnParams),
    );
    assert.equal(same?.demand.demand, state.demand.demand);
    assert.equal(more, undefined);
  });

  it('counts the time since when a task has no demand from its end, and from the first turn of a leader', () => {
    const idleSince = (state: TurnState) => Object.fromEntries(state.idleSince);
    const first = observe(firstTurn, 0, 1_000);
    assert.deepEqual(idleSince(first), { digits: 1_000 });
    assert.deepEqual(idleSince(observe(first, 0, 2_000)), { digits: 1_000 });
    const used = observe(first, 300, 2_000);
    assert.deepEqual(idleSince(used), {});
    const { holdDownMs } = defaultTurnParams.demand;
    const lower = observe(used, 0, 3_000);
    assert.deepEqual(idleSince(lower), {}, 'the demand is held');
    assert.deepEqual(idleSince(observe(lower, 0, 3_000 + holdDownMs)), { digits: 3_000 + holdDownMs });
  });

  it('forgets replicas that are no longer assigned', () => {
    const [a, b] = [replicaId('a'), replicaId('b')];
    const first = seeAssigned(firstTurn, [a], milliseconds(1));
    assert.deepEqual([...seeAssigned(first, [a, b], milliseconds(2)).assignedAt.values()], [1, 2]);
    assert.deepEqual([...seeAssigned(first, [b], milliseconds(2)).assignedAt.keys()], [b]);
  });

  it('unloads the replicas of a deleted variant after a second, but not while a leader is new', () => {
    const orphans = [replica('r', 'gone:original', 'w').assignment];
    const input = offered(0, 1_000);
    const first = observeTurn(firstTurn, observed(1_000), input, orphans, defaultTurnParams);
    const unloads = (at: number, leadingMs: number) => {
      const state = observeTurn(first, observed(at), input, orphans, defaultTurnParams);
      const { actions, nextAt } = planTurn(state, observed(at), 'p', milliseconds(leadingMs), defaultTurnParams);
      assert.equal(nextAt, 0, 'the next turn is not skipped');
      return actions.filter(({ kind }) => kind === 'unload').length;
    };
    assert.deepEqual([unloads(1_999, leading), unloads(2_000, leading), unloads(2_000, 9_999)], [0, 1, 0]);
  });
});
