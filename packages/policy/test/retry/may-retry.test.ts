import assert from 'node:assert/strict';
import { defaultRetryParams as params, refillRetryBudget, mayRetry, type FailedAttempt } from '../../src/index.js';

const refused: FailedAttempt = {
  outcome: 'not-executed',
  requestBytes: 10e6,
  attempts: 1,
  losses: 0,
  isGivenUp: false,
  retryBudget: 1,
};
const lost: FailedAttempt = { ...refused, outcome: 'lost', requestBytes: 256 * 1024, losses: 1 };

describe('mayRetry', () => {
  const cases: readonly (readonly [string, FailedAttempt, boolean])[] = [
    ['a query of any size that reached no executor', refused, true],
    ['a query whose worker disappeared', lost, true],
    ['a query after which a second worker disappeared', { ...lost, attempts: 2, losses: 2 }, false],
    ['a query that a second worker did not execute', { ...lost, outcome: 'not-executed', attempts: 2 }, true],
    ['a large query whose worker disappeared', { ...lost, requestBytes: 256 * 1024 + 1 }, false],
    ["a worker's own last word", { ...refused, outcome: 'failed' }, false],
    ['a query whose caller no longer waits', { ...refused, isGivenUp: true }, false],
    ['an empty budget', { ...refused, retryBudget: 0.9 }, false],
    ['a lost query that overdraws the budget', { ...lost, retryBudget: 0 }, true],
    [
      'a query that its lost worker never had and overdraws the budget',
      { ...refused, outcome: 'not-sent', retryBudget: 0 },
      true,
    ],
    ['a second retry that overdraws the budget', { ...lost, retryBudget: 0, attempts: 2 }, false],
    ['a retry beyond the overdraft', { ...lost, retryBudget: -999.5 }, false],
    ['too many attempts', { ...refused, attempts: 4 }, false],
    ['a query that its replica could not answer in time', { ...refused, outcome: 'refused', retryBudget: 11 }, true],
    ['such a query by what is kept for others', { ...refused, outcome: 'refused', retryBudget: 10.9 }, false],
    [
      'a query that three replicas could not answer in time',
      { ...refused, outcome: 'refused', attempts: 3, retryBudget: 11 },
      false,
    ],
  ];
  for (const [name, failed, expected] of cases) it(name, () => assert.equal(mayRetry(failed, params), expected));

  it('resends all queries of a lost worker, and a fifth of them while losses continue', () => {
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

  it('refills a fifth of a retry per query, up to a limit', () => {
    let budget = 0;
    for (let i = 0; i < 10; i++) budget = refillRetryBudget(budget, params);
    assert.ok(Math.abs(budget - 2) < 1e-9);
    assert.equal(refillRetryBudget(params.maxBudget, params), params.maxBudget);
  });
});
