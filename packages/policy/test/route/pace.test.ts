import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng } from '@pareto/core';
import { decayLateness, observeWait, startPace, waitOf, type Pace } from '../../src/route/pace.js';

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance * expected, `${actual} is not near ${expected}`);

const start = (profiledMs: number): Pace => startPace(profiledMs, { wayMs: 0 });

const load = (fields: Partial<Parameters<typeof waitOf>[0]>): Parameters<typeof waitOf>[0] => ({
  ...{ backlogMs: 0, queuedItems: 0, sentItems: 0, pendingItems: 0 },
  ...fields,
});

describe('the pace of a replica', () => {
  it('starts with the profiled time and the overhead per query', () => {
    assert.equal(waitOf(load({ queuedItems: 3, sentItems: 1 }), start(2)), 8);
    assert.equal(startPace(2, { wayMs: 0.5 }).msPerItem, 2.5);
  });

  it('approaches the 80th percentile of the wait per item ahead', () => {
    const rng = createSeededRng(1);
    const learn = (pace: Pace, eachMs: number): Pace =>
      Array.from({ length: 500 }).reduce<Pace>((so) => {
        const ahead = 1 + Math.floor(40 * rng());
        return observeWait(so, ahead, ahead * eachMs * (0.5 + rng()));
      }, pace);
    const slow = learn(start(1), 5);
    near(slow.msPerItem, 6.5, 0.2);
    near(learn(slow, 2).msPerItem, 2.6, 0.2);
  });

  it('stays stable with answers to queries that were sent before it changed', () => {
    let pace = start(1);
    for (let i = 0; i < 1000; i++) pace = observeWait(pace, 50, 500);
    assert.ok(waitOf(load({ pendingItems: 50 }), pace) < 600);
  });

  it('hardly changes after a pause, and recovers with answers that had nothing ahead', () => {
    let pace = start(1);
    for (let ahead = 0; ahead < 10; ahead++) pace = observeWait(pace, ahead, 1000);
    assert.ok(waitOf(load({ pendingItems: 10 }), pace) < 30);
    for (let i = 0; i < 300; i++) pace = observeWait(pace, 8, 8000);
    assert.ok(pace.msPerItem > 500);
    for (let i = 0; i < 400; i++) pace = observeWait(pace, 0, 0);
    assert.equal(pace.msPerItem, 1);
  });

  it('tracks the lateness of answers with nothing ahead separately, and reduces it with time', () => {
    let pace = start(1);
    for (let i = 0; i < 8; i++) pace = observeWait(pace, 0, 30 + i);
    assert.equal(waitOf(load({}), pace), 30);
    assert.equal(waitOf(load({}), decayLateness(pace)), 15);
    assert.equal(waitOf(load({}), observeWait(pace, 0, 2)), 2);
  });

  it('is never faster than profiled, and the wait never shorter than reported', () => {
    const waits = fc.array(fc.tuple(fc.nat(100), fc.double({ min: -50, max: 5000, noNaN: true })));
    fc.assert(
      fc.property(waits, fc.nat(100), fc.nat(1000), (answers, pendingItems, backlogMs) => {
        const pace = answers.reduce((so, [ahead, waited]) => observeWait(so, ahead, waited), start(2));
        assert.ok(waitOf(load({ pendingItems, backlogMs }), pace) >= Math.max(2 * pendingItems, backlogMs));
      }),
    );
  });
});
