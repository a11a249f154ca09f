// Keep-alives, retries and loss of a lease, on a manual clock.

import assert from 'node:assert/strict';
import { milliseconds, type Clock } from '@pareto/core';
import type { Lease } from '@pareto/state';
import { createManualClock } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { keepLease } from '../src/lease-keeper.js';

interface Call {
  readonly at: number;
  readonly answer: (alive: boolean) => void;
  readonly fail: () => void;
}

/** Creates a lease of 3 s whose responses the test provides. */
function createLease(clock: Clock): { readonly lease: Lease; readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  const keepAlive = (): Promise<boolean> =>
    new Promise((answer, reject) => {
      calls.push({ at: clock.now(), answer, fail: () => reject(new Error('no answer')) });
    });
  return { calls, lease: { id: '1', ttlMs: 3_000, keepAlive, revoke: async () => undefined } };
}

describe('keepLease', () => {
  it('sends a keep-alive at each third of the time to live, and retries soon after a failure', async () => {
    const clock = createManualClock();
    const { lease, calls } = createLease(clock);
    const kept = keepLease(lease, clock.now(), clock);
    await clock.advance(1_000);
    calls[0]?.answer(true);
    await clock.advance(1_000);
    calls[1]?.fail();
    await clock.advance(250);
    calls[2]?.fail();
    await clock.advance(250);
    assert.deepEqual(
      calls.map(({ at }) => at),
      [1_000, 2_000, 2_250, 2_500],
    );
    assert.equal(kept.lost.aborted, false);
    kept.stop();
  });

  it('counts the time to live from the last request with a response', async () => {
    const clock = createManualClock();
    const { lease, calls } = createLease(clock);
    const kept = keepLease(lease, clock.now(), clock);
    await clock.advance(1_900);
    calls[0]?.answer(true); // sent at 1000
    await clock.advance(2_099);
    assert.equal(kept.lost.aborted, false);
    await clock.advance(1);
    assert.equal(kept.lost.aborted, true);
    const { length } = calls;
    await clock.advance(5_000);
    assert.equal(calls.length, length, 'it asks no more');
  });

  it('counts the time to live of a grant from its request', async () => {
    const clock = createManualClock();
    await clock.advance(2_500);
    const kept = keepLease(createLease(clock).lease, milliseconds(0), clock);
    await clock.advance(500);
    assert.equal(kept.lost.aborted, true);
  });

  it('is lost immediately when the store reports that it has expired', async () => {
    const clock = createManualClock();
    const { lease, calls } = createLease(clock);
    const kept = keepLease(lease, clock.now(), clock);
    await clock.advance(1_000);
    calls[0]?.answer(false);
    await clock.advance(0);
    assert.equal(kept.lost.aborted, true);
  });

  it('ignores a response after a pause longer than the lease', async () => {
    const turned = createManualClock();
    let paused = 0;
    const clock: Clock = { ...turned, now: () => milliseconds(turned.now() + paused) };
    const { lease, calls } = createLease(clock);
    const kept = keepLease(lease, clock.now(), clock);
    await turned.advance(1_000);
    paused = 30_000; // the timers have not run yet
    calls[0]?.answer(true);
    await turned.advance(0);
    assert.equal(kept.lost.aborted, true);
  });

  it('is never reported as lost after stop', async () => {
    const clock = createManualClock();
    const { lease, calls } = createLease(clock);
    const kept = keepLease(lease, clock.now(), clock);
    await clock.advance(1_000);
    kept.stop();
    calls[0]?.answer(true);
    await clock.advance(10_000);
    assert.deepEqual([kept.lost.aborted, calls.length], [false, 1]);
  });
});
