import assert from 'node:assert/strict';
import { createFailureTally } from '../../src/tally/failure-tally.js';

describe('the failures of a run', () => {
  it('are counted by code and reason, whatever their numbers', () => {
    const failures = createFailureTally();
    failures.count('unavailable', 'no leader');
    failures.count('resource-exhausted', 'mlp:int8 takes 61.5 ms, limit 50 ms');
    failures.count('resource-exhausted', 'mlp:int8 takes 70 ms, limit 50 ms');
    assert.deepEqual(failures.list(), [
      { code: 'resource-exhausted', reason: 'mlp:int8 takes N ms, limit N ms', count: 2 },
      { code: 'unavailable', reason: 'no leader', count: 1 },
    ]);
  });

  it('have a limited number of reasons', () => {
    const failures = createFailureTally();
    for (let index = 0; index < 300; index++) failures.count('internal', 'x'.repeat(index));
    const list = failures.list();
    assert.equal(list.length, 101);
    assert.equal(
      list.reduce((sum, { count }) => sum + count, 0),
      300,
    );
    assert.equal(list[0]?.reason, 'other reasons');
  });
});
