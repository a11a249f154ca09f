import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng } from '@pareto/core';
import { doubtLateness, msPerItemAhead, observeWait, startPace, waitOf, type Pace } from '../../src/route/pace.js';

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance * expected, `${actual} is not near ${expected}`);

const start = (profiledMs: number): Pace => startPace(profiledMs, { wayMs: 0 });

const load = (fields: Partial<Parameters<typeof waitOf>[0]>): Parameters<typeof waitOf>[0] => ({
  ...{ backlogMs: 0, queuedItems: 0, sentItems: 0, pendingItems: 0 },
  ...fields,
});

describe('the pace of a replica', () => {
  it('is what was profiled until answers say otherwise', () => {
    assert.equal(msPerItemAhead(start(2)), 2);
    assert.equal(waitOf(load({ queuedItems: 3, sentItems: 1 }), start(2)), 8);
    assert.equal(msPerItemAhead(startPace(2, { wayMs: 0.5 })), 2.5);
  });

  it('becomes what answers waited for each item ahead of them', () => {
    let pace = start(1);
    for (let i = 0; i < 300; i++) pace = observeWait(pace, 1 + (i % 40), 5 * (1 + (i % 40)));
    near(msPerItemAhead(pace), 5, 0.02);
    for (let i = 0; i < 300; i++) pace = observeWait(pace, 20, 40);
    near(msPerItemAhead(pace), 2, 0.1);
  });

  it('is slower the less regular the answers are', () => {
    const rng = createSeededRng(1);
    let pace = start(1);
    for (let i = 0; i < 1000; i++) pace = observeWait(pace, 10, 50 * (0.5 + rng()));
    assert.ok(msPerItemAhead(pace) > 6.5 && msPerItemAhead(pace) < 9, String(msPerItemAhead(pace)));
  });

  it('does not run away when many answers come that were sent before it was known', () => {
    let pace = start(1);
    for (let i = 0; i < 1000; i++) pace = observeWait(pace, i % 3 === 0 ? 0 : 50, 500);
    assert.ok(waitOf(load({ pendingItems: 0 }), pace) <= 500);
    assert.ok(waitOf(load({ pendingItems: 50 }), pace) <= 1000);
  });

  it('keeps apart how late answers are that had nothing ahead of them, and doubts that with time', () => {
    let pace = start(1);
    for (let i = 0; i < 100; i++) pace = observeWait(pace, 0, 30);
    near(waitOf(load({}), pace), 30, 0.01);
    assert.equal(msPerItemAhead(pace), 1);
    for (let i = 0; i < 10; i++) pace = doubtLateness(pace);
    assert.ok(waitOf(load({}), pace) < 0.1);
  });

  it('is never faster than profiled, nor shorter than the worker says', () => {
    const waits = fc.array(fc.tuple(fc.nat(100), fc.double({ min: -50, max: 5000, noNaN: true })));
    fc.assert(
      fc.property(waits, fc.nat(100), fc.nat(1000), (answers, pendingItems, backlogMs) => {
        const pace = answers.reduce((so, [ahead, waited]) => observeWait(so, ahead, waited), start(2));
        assert.ok(waitOf(load({ pendingItems, backlogMs }), pace) >= Math.max(2 * pendingItems, backlogMs));
      }),
    );
  });
});
