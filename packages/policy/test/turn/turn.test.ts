import assert from 'node:assert/strict';
import { milliseconds, replicaId } from '@pareto/core';
import { createTurnCore, defaultTurnParams, logTurns, replayTurnLog, type TurnCore } from '../../src/index.js';
import { replica, snapshot, variant, worker } from '../support/fixture.js';
import { offered } from '../support/offered.js';

const small = variant('a:int8', { p50Ms: 5, accuracy: 0.9 });
const observed = (now: number) =>
  snapshot({ now: milliseconds(now), variants: [small], workers: [worker('w', 500, { slots: 4 })] });
const leading = milliseconds(60_000);

/** Returns a core after a snapshot at 1 s with demand. */
function observed300(core: TurnCore = createTurnCore(defaultTurnParams)): TurnCore {
  core.observe(observed(1_000), offered(300, 1_000), []);
  return core;
}

describe('a control turn', () => {
  it('loads what the demand needs, and counts the loads as assigned once they are recorded', () => {
    const core = observed300();
    const { actions, nextAt } = core.plan(observed(1_000), 'p1', leading);
    assert.equal(actions.filter(({ kind }) => kind === 'load').length, 3);
    assert.ok(nextAt > 1_000);
    core.end(actions, milliseconds(1_200));
    assert.deepEqual([...core.state.assignedAt.values()], [1_200, 1_200, 1_200]);
    assert.equal([...core.state.changes.recentLoads.values()][0]?.count, 1, 'loads of one plan count once');
  });

  it('prices slots while they are short, and keeps prices that hardly change from turn to turn', () => {
    const core = createTurnCore(defaultTurnParams);
    const pricesFor = (itemsPerSecond: number, now: number) => {
      core.observe(observed(now), offered(itemsPerSecond, now), []);
      return core.plan(observed(now), 'p', leading).congestion;
    };
    assert.equal(pricesFor(300, 1_000), undefined);
    const prices = pricesFor(2_000, 2_000);
    assert.ok(prices !== undefined && Object.values(prices.usdPerHour).every((usd) => usd > 0));
    assert.equal(core.state.congestion, prices);
    assert.equal(pricesFor(2_001, 3_000), prices);
  });

  it('is skipped while the demand is the same', () => {
    const core = observed300();
    const { demand } = core.state.demand;
    assert.equal(core.skip(offered(300, 2_000), observed(1_000)), true);
    assert.equal(core.state.demand.demand, demand);
    assert.equal(core.skip(offered(400, 2_000), observed(1_000)), false);
  });

  it('forgets replicas that are no longer assigned', () => {
    const [a, b] = [replicaId('a'), replicaId('b')];
    const core = createTurnCore(defaultTurnParams);
    core.see([a], milliseconds(1));
    core.see([a, b], milliseconds(2));
    assert.deepEqual([...core.state.assignedAt.values()], [1, 2]);
    core.see([b], milliseconds(3));
    assert.deepEqual([...core.state.assignedAt], [[b, 2]]);
  });

  it('unloads the replicas of a deleted variant after a second, but not while a leader is new', () => {
    const orphans = [replica('r', 'gone:original', 'w').assignment];
    const unloads = (at: number, leadingMs: number) => {
      const core = createTurnCore(defaultTurnParams);
      for (const now of [1_000, at]) core.observe(observed(now), offered(0, now), orphans);
      const { actions, nextAt } = core.plan(observed(at), 'p', milliseconds(leadingMs));
      assert.equal(nextAt, 0, 'the next turn is not skipped');
      return actions.filter(({ kind }) => kind === 'unload').length;
    };
    assert.deepEqual([unloads(1_999, leading), unloads(2_000, leading), unloads(2_000, 9_999)], [0, 1, 0]);
  });

  it('decides the same when its log is replayed', () => {
    const lines: string[] = [];
    const core = logTurns(createTurnCore(defaultTurnParams), defaultTurnParams, (line) =>
      lines.push(JSON.stringify(line)),
    );
    observed300(core);
    const { actions } = core.plan(observed(1_000), 'p1', leading);
    core.end(actions, milliseconds(1_200));
    core.see(
      actions.flatMap((action) => (action.kind === 'load' ? [action.assignment.replica] : [])),
      milliseconds(1_300),
    );
    core.skip(offered(300, 2_000), observed(1_000));
    core.skip(offered(900, 3_000), observed(1_000));
    core.observe(observed(3_000), offered(900, 3_000), []);
    core.plan(observed(3_000), 'p2', leading);
    const replayed = [...replayTurnLog(lines)];
    assert.equal(replayed.length, lines.length - 1);
    for (const { line, decided } of replayed) assert.deepEqual({ ...line, ...decided }, line);
    const other = lines.map((line) => line.replace('"itemsPerSecond":900', '"itemsPerSecond":300'));
    const differing = [...replayTurnLog(other)].filter(({ line, decided }) => {
      return JSON.stringify({ ...line, ...decided }) !== JSON.stringify(line);
    });
    assert.ok(differing.length > 0, 'another demand decides otherwise');
  });

  it('rejects the log of another format', () => {
    assert.throws(() => [...replayTurnLog(['{"log":"turns","version":1}'])], /version 1; expected version 2/);
    assert.throws(
      () => [...replayTurnLog(['{"call":"see","replicas":[],"now":1}'])],
      /expected the log of control turns/,
    );
  });
});
