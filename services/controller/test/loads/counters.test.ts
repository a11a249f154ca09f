import assert from 'node:assert/strict';
import type { ReplicaReport } from '@pareto/core';
import { describe, it } from 'mocha';
import { addCounts, countsSince } from '../../src/loads/counters.js';
import { reportOf, w1 } from '../support/reports.js';

describe('counters', () => {
  const load = (incarnation: string, ...replicas: readonly ReplicaReport[]) => ({
    ...{ worker: w1, incarnation, present: true, replicas },
  });

  it('add the counts since the last record, or all counts of a new incarnation', () => {
    const before = load('1', reportOf('a', { requests: 10, items: 20 }));
    const [same] = countsSince(before, load('1', reportOf('a', { requests: 15, items: 21 })));
    assert.deepEqual([same?.requests, same?.items], [5, 1]);
    const [restarted] = countsSince(before, load('2', reportOf('a', { requests: 3, items: 4 })));
    assert.deepEqual([restarted?.requests, restarted?.items], [3, 4]);
    assert.deepEqual(countsSince(before, load('1', reportOf('a', { requests: 10, items: 20 }))), []);
    assert.ok(restarted);
    assert.equal(addCounts(addCounts(undefined, restarted), restarted).items, 8);
  });
});
