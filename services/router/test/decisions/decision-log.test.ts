import assert from 'node:assert/strict';
import { fallbackObjective, workerId } from '@pareto/core';
import { createTrace, idleLoads, selectVariant } from '@pareto/policy';
import { createManualClock } from '@pareto/testkit';
import { createDecisionLog } from '../../src/decisions/decision-log.js';
import { domainTable } from '../support/domain-table.js';

describe('the decision log', () => {
  const table = domainTable({ a: { ms: 2, replicas: 1 }, b: { ms: 1, replicas: 0 } });
  const target = table.targets.get('digits');
  assert.ok(target !== undefined);
  const trace = createTrace();
  const query = { items: 1, objective: fallbackObjective, elapsedMs: 0, preference: 'cheapest' as const };
  selectVariant(target, query, idleLoads, { hopMs: 1 }, trace);
  const decided = {
    target,
    objective: fallbackObjective,
    tableVersion: table.version,
    outcome: 'chosen' as const,
    chosen: 0,
    trace,
  };

  it('returns what was recorded', async () => {
    const clock = createManualClock();
    const log = createDecisionLog(4, clock);
    const seq = log.next();
    assert.equal(log.last, undefined);
    log.record(seq, decided);
    assert.equal(log.last, seq);
    log.sentTo(seq, workerId('w1'));
    await clock.advance(40);
    const record = log.find(seq);
    assert.deepEqual([record?.outcome, record?.worker, record?.ageMs, record?.chosen], ['chosen', 'w1', 40, 0]);
    assert.deepEqual(record?.trace, { ...trace, predictedMs: Float64Array.from(trace.predictedMs) });
  });

  it('replaces a decision with the same number, and overwrites the oldest', () => {
    const log = createDecisionLog(4, createManualClock());
    const first = log.next();
    log.record(first, { ...decided, outcome: 'cold' });
    log.record(first, decided);
    assert.equal(log.find(first)?.outcome, 'chosen');
    for (let i = 0; i < 4; i++) log.record(log.next(), decided);
    assert.equal(log.find(first), undefined);
    assert.equal(log.find(5)?.seq, 5);
    log.sentTo(first, workerId('w1'));
    assert.equal(log.find(5)?.worker, undefined);
  });
});
