import assert from 'node:assert/strict';
import { planBatchRetry } from '../../src/index.js';

const fresh = (name: string) => ({ name, deaths: 0, alone: false });
const retried = (name: string) => ({ name, deaths: 1, alone: true });

describe('planBatchRetry', () => {
  it('returns queries that had not started to the queue', () => {
    const batch = [fresh('a'), fresh('b')];
    assert.deepEqual(planBatchRetry(batch, 'died-waiting'), { retry: batch, fail: [] });
  });

  it('retries the queries of a failed batch alone, each once', () => {
    const { retry, fail } = planBatchRetry([fresh('a'), fresh('b')], 'failed');
    assert.deepEqual(retry, [
      { name: 'a', deaths: 0, alone: true },
      { name: 'b', deaths: 0, alone: true },
    ]);
    assert.deepEqual(fail, []);
    assert.deepEqual(planBatchRetry(retry.slice(0, 1), 'failed'), { retry: [], fail: retry.slice(0, 1) });
  });

  it('retries queries once, alone, after their executor died', () => {
    const { retry } = planBatchRetry([fresh('a'), fresh('b')], 'died-running');
    assert.deepEqual(retry, [retried('a'), retried('b')]);
    assert.deepEqual(planBatchRetry([retried('a')], 'died-running'), { retry: [], fail: [retried('a')] });
  });
});
