import assert from 'node:assert/strict';
import { fallbackObjective, workerId } from '@pareto/core';
import { createTrace, defaultSelectParams, selectVariant } from '@pareto/policy';
import { createManualClock } from '@pareto/testkit';
import { createDecisionLog, type DecisionLog } from '../../src/decisions/decision-log.js';
import { domainTable } from '../support/domain-table.js';

describe('the decision log', () => {
  const table = domainTable({ a: { ms: 2, replicas: 1 }, b: { ms: 1, replicas: 0 } });
  const target = table.targets.get('digits');
  assert.ok(target !== undefined);
  const trace = createTrace();
  const query = {
    ...{ items: 1, objective: { ...fallbackObjective, prefer: 'cost' as const }, elapsedMs: 0 },
    ...{ now: 0, isPatient: false },
  };
  selectVariant(target, query, undefined, { ...defaultSelectParams, hopMs: 1 }, trace);
  const decided = {
    target,
    objective: fallbackObjective,
    tableVersion: table.version,
    outcome: 'chosen' as const,
    chosen: 0,
    trace,
  };

  let nonces = 0;
  const nextNonce = (): string => (++nonces).toString(16).padStart(16, '0');
  const createLog = (clock = createManualClock()): DecisionLog =>
    createDecisionLog({ router: 'r1', slots: 4, nextNonce, clock });

  it('returns what was recorded', async () => {
    const clock = createManualClock();
    const log = createLog(clock);
    const id = log.next();
    assert.equal(log.last, undefined);
    log.record(id, decided);
    assert.equal(log.last, id);
    log.sentTo(id, workerId('w1'));
    await clock.advance(40);
    const record = log.find(id);
    assert.deepEqual([record?.outcome, record?.worker, record?.ageMs, record?.chosen], ['chosen', 'w1', 40, 0]);
    log.late(id);
    assert.equal(log.find(id)?.outcome, 'late');
    assert.deepEqual(record?.trace, { ...trace, predictedMs: Float64Array.from(trace.predictedMs) });
  });

  it('returns the positions of candidates beyond the 32,767th', () => {
    const log = createLog();
    const id = log.next();
    const wide = { ...trace, indices: trace.indices.map((_, rank) => (rank === 0 ? 39_999 : 0)) };
    log.record(id, { ...decided, chosen: 39_999, trace: wide });
    assert.deepEqual([log.find(id)?.chosen, log.find(id)?.trace.indices[0]], [39_999, 39_999]);
  });

  it('replaces a decision with the same number, and overwrites the oldest', () => {
    const log = createLog();
    const first = log.next();
    log.record(first, { ...decided, outcome: 'cold' });
    log.record(first, decided);
    assert.equal(log.find(first)?.outcome, 'chosen');
    let last = first;
    for (let i = 0; i < 4; i++) {
      last = log.next();
      log.record(last, decided);
    }
    assert.equal(log.find(first), undefined);
    assert.equal(log.find(last)?.outcome, 'chosen');
    assert.equal(last.seq, 5);
    log.sentTo(first, workerId('w1'));
    assert.equal(log.find(last)?.worker, undefined);
  });

  it('finds a decision only by its nonce', () => {
    const log = createLog();
    const id = log.next();
    log.record(id, decided);
    for (const nonce of ['', '0', '0'.repeat(16), 'f'.repeat(16), `${id.nonce}00`, id.nonce.slice(1)]) {
      assert.equal(log.find({ ...id, nonce }), undefined, nonce);
    }
    const other = log.next();
    log.record(other, decided);
    assert.equal(log.find({ ...id, nonce: other.nonce }), undefined);
    assert.equal(log.find(id)?.outcome, 'chosen');
  });
});
