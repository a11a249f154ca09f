import assert from 'node:assert/strict';
import { planAftermath } from '../../src/index.js';

const fresh = (name: string) => ({ name, deaths: 0, alone: false });
const retried = (name: string) => ({ name, deaths: 1, alone: true });

describe('planAftermath', () => {
  it('puts back what had not begun', () => {
    const batch = [fresh('a'), fresh('b')];
    assert.deepEqual(planAftermath(batch, 'died-waiting'), { again: batch, ended: [] });
  });

  it('tries the queries of a failed batch one by one, and none twice alone', () => {
    const { again, ended } = planAftermath([fresh('a'), fresh('b')], 'failed');
    assert.deepEqual(again, [
      { name: 'a', deaths: 0, alone: true },
      { name: 'b', deaths: 0, alone: true },
    ]);
    assert.deepEqual(ended, []);
    assert.deepEqual(planAftermath(again.slice(0, 1), 'failed'), { again: [], ended: again.slice(0, 1) });
  });

  it('retries once, alone, what ran in an executor that died', () => {
    const { again } = planAftermath([fresh('a'), fresh('b')], 'died-running');
    assert.deepEqual(again, [retried('a'), retried('b')]);
    assert.deepEqual(planAftermath([retried('a')], 'died-running'), { again: [], ended: [retried('a')] });
  });
});
