import assert from 'node:assert/strict';
import { defaultRetryParams as params, refillRetryBudget, mayRetry, type FailedAttempt } from '../../src/index.js';

const refused: FailedAttempt = {
  outcome: 'not-executed',
  requestBytes: 10e6,
  attempts: 1,
  isGivenUp: false,
  retryBudget: 1,
};
const lost: FailedAttempt = { ...refused, outcome: 'lost', requestBytes: 256 * 1024 };

describe('mayRetry', () => {
  const cases: readonly (readonly [string, FailedAttempt, boolean])[] = [
    ['what reached no executor, whatever its size', refused, true],
    ['what a worker went away with', lost, true],
    ['but not when it is large', { ...lost, requestBytes: 256 * 1024 + 1 }, false],
    ["a worker's own last word", { ...refused, outcome: 'failed' }, false],
    ['what nobody waits for', { ...refused, isGivenUp: true }, false],
    ['without savings', { ...refused, retryBudget: 0.9 }, false],
    ['what was lost, on credit', { ...lost, retryBudget: 0 }, true],
    ['but only its first retry', { ...lost, retryBudget: 0, attempts: 2 }, false],
    ['nor beyond the credit', { ...lost, retryBudget: -999.5 }, false],
    ['too often', { ...refused, attempts: 4 }, false],
  ];
  for (const [name, failed, expected] of cases) it(name, () => assert.equal(mayRetry(failed, params), expected));

  it('lets all that a worker had in flight go elsewhere, and a fifth of it when that goes on', () => {
    let budget = params.initialBudget;
    const retried = (queries: number): number => {
      let count = 0;
      for (let i = 0; i < queries; i++) budget = refillRetryBudget(budget, params);
      for (let i = 0; i < queries; i++) {
        if (!mayRetry({ ...lost, retryBudget: budget }, params)) continue;
        budget -= 1;
        count += 1;
      }
      return count;
    };
    assert.equal(retried(500), 500);
    for (let i = 0; i < 5; i++) retried(500);
    assert.equal(retried(500), 100);
  });

  it('saves a fifth of a retry per query, up to a bound', () => {
    let budget = 0;
    for (let i = 0; i < 10; i++) budget = refillRetryBudget(budget, params);
    assert.ok(Math.abs(budget - 2) < 1e-9);
    assert.equal(refillRetryBudget(params.maxBudget, params), params.maxBudget);
  });
});
