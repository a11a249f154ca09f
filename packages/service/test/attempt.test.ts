import assert from 'node:assert/strict';
import { createSeededRng, ParetoError } from '@pareto/core';
import { firstAttempt, nextAttempt, pauseMs } from '../src/attempt.js';

const addresses = ['a:1', 'b:1'];
const lost = { heard: false, error: new Error('gone') };
const follower = (leader: string) => ({
  heard: false,
  error: new ParetoError('failed-precondition', 'not the leader', { details: { 'pareto-leader': leader } }),
});

describe('attempts', () => {
  it('goes round the list', () => {
    let attempt = firstAttempt(addresses);
    const tried = Array.from({ length: 4 }, () => (attempt = nextAttempt(addresses, attempt, lost)).address);
    assert.deepEqual(tried, ['b:1', 'a:1', 'b:1', 'a:1']);
    assert.equal(attempt.failures, 4);
  });

  it('follows a leader that was named, at once the first time and with pauses after', () => {
    const named = nextAttempt(addresses, firstAttempt(addresses), follower('c:1'));
    assert.deepEqual([named.address, pauseMs(named.failures, Math.random)], ['c:1', 0]);
    const again = nextAttempt(addresses, nextAttempt(addresses, named, lost), follower('c:1'));
    assert.equal(again.address, 'c:1');
    assert.ok(again.failures > 0);
  });

  it('begins anew after a controller was heard', () => {
    const attempt = { address: 'a:1', index: 0, failures: 9 };
    assert.equal(nextAttempt(addresses, attempt, { heard: true, error: undefined }).failures, 1);
  });
});

describe('pauseMs', () => {
  it('doubles from 100 ms to 2 s, never below half', () => {
    const rng = createSeededRng(1);
    for (const [failures, ceiling] of [
      [1, 100],
      [2, 200],
      [5, 1600],
      [6, 2000],
      [60, 2000],
    ] as const) {
      for (let draw = 0; draw < 50; draw++) {
        const pause = pauseMs(failures, rng);
        assert.ok(pause >= ceiling / 2 && pause <= ceiling, `${failures}: ${pause}`);
      }
    }
  });
});
