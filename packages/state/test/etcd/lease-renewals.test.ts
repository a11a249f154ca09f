// The renewals of a lease and its loss, on a manual clock.

import assert from 'node:assert/strict';
import { milliseconds, type Clock } from '@pareto/core';
import { createManualClock, type ManualClock } from '@pareto/testkit';
import { beforeEach, describe, it } from 'mocha';
import { watchExpiry, type LeaseExpiry } from '../../src/etcd/lease-expiry.js';
import { renewUntilExpired } from '../../src/etcd/lease-renewals.js';
import { openLeaseTimes, type LeaseTimes } from '../../src/etcd/lease-times.js';

interface Call {
  readonly at: number;
  readonly answer: (alive: boolean) => void;
  readonly fail: () => void;
}

const ttlMs = 3_000;
const maxBlockedMs = 10_000;

describe('renewals of a lease', () => {
  let clock: ManualClock;
  let times: LeaseTimes;
  /** Renewals, whose responses the test provides. */
  let calls: Call[];
  beforeEach(async () => {
    clock = createManualClock();
    await clock.advance(5_000);
    times = openLeaseTimes();
    times.set('renewedAt', 5_000);
    times.set('sentAt', 5_000);
    times.set('ranAt', 5_000);
    calls = [];
  });

  const keepAlive = (): Promise<boolean> =>
    new Promise((answer, reject) => {
      calls.push({ at: clock.now(), answer, fail: () => reject(new Error('no answer')) });
    });
  const renew = (): Promise<boolean> => renewUntilExpired({ ttlMs, maxBlockedMs, keepAlive, times, clock });
  /** Starts renewals that succeed immediately. Returns the times at which they are sent. */
  function renewAlways(): readonly number[] {
    const sentAt: number[] = [];
    const succeed = async (): Promise<boolean> => sentAt.push(clock.now()) > 0;
    void renewUntilExpired({ ttlMs, maxBlockedMs, keepAlive: succeed, times, clock });
    return sentAt;
  }
  const watch = (on: Clock = clock): LeaseExpiry => watchExpiry(times, ttlMs, on);
  const causeOf = ({ lost }: LeaseExpiry): string => (lost.aborted ? (lost.reason as Error).message : 'none');
  /** Runs the event loop until the time, which records that it runs. */
  async function runUntil(end: number): Promise<void> {
    while (clock.now() < end) {
      await clock.advance(Math.min(500, end - clock.now()));
      times.set('ranAt', clock.now());
    }
  }

  it('are sent at each third of the time to live, and again soon after a failure', async () => {
    void renew();
    calls[0]?.answer(true);
    await runUntil(6_000);
    calls[1]?.fail();
    await runUntil(6_250);
    calls[2]?.fail();
    await runUntil(6_500);
    assert.deepEqual(
      calls.map(({ at }) => at),
      [5_000, 6_000, 6_250, 6_500],
    );
    assert.equal(times.get('renewedAt'), 5_000);
    calls[3]?.answer(true);
    await runUntil(6_600);
    assert.equal(times.get('renewedAt'), 6_500);
  });

  it('count the time to live from the last request with a response', async () => {
    const expiry = watch();
    void renew();
    await runUntil(5_900);
    calls[0]?.answer(true); // sent at 5000
    await runUntil(7_999);
    assert.equal(calls[1]?.at, 6_000);
    assert.equal(expiry.lost.aborted, false);
    await runUntil(8_000);
    assert.equal(expiry.lost.aborted, true);
  });

  it('end when the store reports the end of the lease', async () => {
    const renewed = renew();
    calls[0]?.answer(false);
    assert.equal(await renewed, false);
  });

  it('end at the expiry, whose cause is the unreachable store', async () => {
    const expiry = watch();
    const renewed = renew();
    for (let at = 5_000; at < 8_000; at += 250) {
      calls.at(-1)?.fail();
      await runUntil(at + 250);
    }
    assert.equal(causeOf(expiry), 'the lease expired: the store was unreachable for 3000 ms');
    assert.equal(await renewed, true);
  });

  it('are withheld while the event loop is blocked for longer than allowed, which is the cause of the loss', async () => {
    const sentAt = renewAlways();
    await clock.advance(maxBlockedMs + ttlMs + 1_000);
    const expiry = watch();
    assert.equal(sentAt.at(-1), 15_000);
    assert.match(causeOf(expiry), /the event loop of this process was blocked for 1\d{4} ms$/);
  });

  it('resume if the event loop runs again before the expiry', async () => {
    const sentAt = renewAlways();
    await clock.advance(maxBlockedMs + ttlMs - 500);
    times.set('ranAt', clock.now());
    const expiry = watch();
    await runUntil(30_000);
    assert.equal(expiry.isHeld(), true);
    assert.ok((sentAt.at(-1) ?? 0) >= 29_000);
  });

  it('keep the lease while the event loop is blocked, so that a late timer does not end it', async () => {
    let blockedMs = 0;
    const expiry = watch({ ...clock, now: () => milliseconds(clock.now() + blockedMs) });
    blockedMs = 6_000;
    times.set('renewedAt', 13_500); // by the thread
    await clock.advance(ttlMs);
    assert.equal(clock.now() + blockedMs, 14_000);
    assert.equal(expiry.lost.aborted, false);
    await clock.advance(ttlMs - 500);
    assert.equal(expiry.lost.aborted, true);
  });

  it('find the lease lost after a pause of the process, before any timer fires', () => {
    let pausedMs = 0;
    const expiry = watch({ ...clock, now: () => milliseconds(clock.now() + pausedMs) });
    assert.equal(expiry.isHeld(), true);
    pausedMs = 30_000;
    assert.equal(expiry.isHeld(), false);
    assert.equal(causeOf(expiry), 'the lease expired: this process was paused, or got no CPU time, for 30000 ms');
  });

  it('report no loss after a stop', async () => {
    const expiry = watch();
    expiry.stop();
    expiry.lose('too late');
    await clock.advance(10_000);
    assert.deepEqual([expiry.lost.aborted, expiry.isHeld(), clock.waiting], [false, false, 0]);
  });
});
