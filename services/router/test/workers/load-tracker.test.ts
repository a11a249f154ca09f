import assert from 'node:assert/strict';
import { replicaId } from '@pareto/core';
import { createLoadTracker } from '../../src/workers/load-tracker.js';
import { domainTable } from '../support/domain-table.js';

const load = (backlogMs: number, queuedItems = 0) => ({
  backlogMs,
  queuedItems,
  ...{ runningItems: 0, itemMs: 0, typical: 1, slow: 1 },
});
const [a0, a1] = [replicaId('a-0'), replicaId('a-1')];

describe('the load tracker', () => {
  it('shows the shortest wait of a candidate', () => {
    const loads = createLoadTracker({ wayMs: 0 });
    loads.setTable(domainTable({ a: { ms: 2, replicas: 2 } }));
    loads.report(a0, load(30, 7));
    loads.report(a1, load(20, 3));
    assert.deepEqual([loads.backlogMs(0), loads.queuedItems(0)], [20, 3]);
    loads.markDown(a1);
    assert.deepEqual([loads.backlogMs(0), loads.queuedItems(0)], [30, 7]);
    loads.report(a0, undefined);
    assert.equal(loads.backlogMs(0), Infinity);
    assert.equal(loads.usable, 0);
    loads.report(a1, load(5));
    assert.deepEqual([loads.backlogMs(0), loads.usable], [5, 1]);
  });

  it('counts sent items until the worker reports its load', () => {
    const loads = createLoadTracker({ wayMs: 0 });
    loads.setTable(domainTable({ a: { ms: 2, replicas: 1 } }));
    loads.sent(a0, 3);
    loads.sent(a0, 1);
    assert.deepEqual([loads.backlogMs(0), loads.queuedItems(0)], [8, 4]);
    loads.ended(a0, 1, undefined);
    assert.equal(loads.replicaBacklogMs(0), 6);
    loads.ended(a0, 3, load(1));
    assert.equal(loads.backlogMs(0), 1);
  });

  it('treats a full replica as busy, not as down', () => {
    const loads = createLoadTracker({ wayMs: 0 });
    loads.setTable(domainTable({ a: { ms: 2, replicas: 1 } }));
    loads.markFull(a0);
    assert.ok(loads.backlogMs(0) > 1e6 && loads.backlogMs(0) < Infinity);
    loads.report(a0, load(0));
    assert.equal(loads.backlogMs(0), 0);
  });

  it('counts items in flight in addition to the reported load', () => {
    const loads = createLoadTracker({ wayMs: 0 });
    loads.setTable(domainTable({ a: { ms: 2, replicas: 1 } }));
    for (let i = 0; i < 10; i++) assert.equal(loads.sent(a0, 1), i);
    loads.ended(a0, 1, load(0));
    assert.deepEqual([loads.backlogMs(0), loads.queuedItems(0)], [18, 9]);
    loads.report(a0, load(0));
    assert.equal(loads.backlogMs(0), 18);
  });

  it('decays the lateness only while no query is answered', () => {
    const loads = createLoadTracker({ wayMs: 0 });
    loads.setTable(domainTable({ a: { ms: 2, replicas: 1 } }));
    for (let i = 0; i < 8; i++) loads.observe(a0, 0, 50);
    loads.report(a0, load(0));
    assert.equal(loads.backlogMs(0), 50);
    loads.report(a0, load(0));
    assert.equal(loads.backlogMs(0), 25);
  });

  it('keeps the state of replicas across tables', () => {
    const loads = createLoadTracker({ wayMs: 0 });
    loads.setTable(domainTable({ a: { ms: 2, replicas: 1 } }));
    loads.report(a0, load(9));
    loads.setTable(domainTable({ b: { ms: 1, replicas: 1 }, a: { ms: 2, replicas: 1 } }));
    assert.deepEqual([loads.backlogMs(0), loads.backlogMs(1), loads.replicaBacklogMs(1)], [0, 9, 9]);
    loads.setTable(domainTable({}));
    assert.deepEqual([loads.backlogMs(0), loads.replicaBacklogMs(0)], [Infinity, Infinity]);
    loads.sent(a0, 1);
  });
});
