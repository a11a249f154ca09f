import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { milliseconds, systemClock, type ParetoError } from '@pareto/core';
import { callBytes, createByteBudget, type ByteBudget, type CallBytes } from '../../src/limits/byte-budget.js';

const mib = 1024 * 1024;

interface Fixture {
  readonly budget: ByteBudget;
  readonly advance: (ms: number) => void;
  /** Names of the calls that the budget ended, with the codes. */
  readonly ended: string[];
  readonly open: (name: string, connection?: object) => CallBytes;
}

function createFixture(maxBytes: number): Fixture {
  let now = 0;
  const clock = { ...systemClock, now: () => milliseconds(now) };
  const advance = (ms: number): void => void (now += ms);
  const ended: string[] = [];
  const budget = createByteBudget(maxBytes, clock);
  const end =
    (name: string) =>
    (error: ParetoError): void =>
      void ended.push(`${name}: ${error.code}`);
  return {
    budget,
    advance,
    ended,

    open: (name, connection = {}) => budget.open(connection, end(name)),
  };
}

describe('createByteBudget', () => {
  it('counts the bytes of a call and its own cost until it is disposed', () => {
    const { budget, open } = createFixture(mib);
    const call = open('a');
    assert.equal(call.take(1000, true), true);
    assert.equal(call.take(24, false), true);
    assert.equal(budget.heldBytes, callBytes + 1024);
    call.release(1024);
    assert.equal(budget.heldBytes, callBytes);
    call[Symbol.dispose]();
    call[Symbol.dispose]();
    assert.equal(budget.heldBytes, 0);
  });

  it('ends the call itself if all others are complete or arrived within a second', () => {
    const { budget, advance, ended, open } = createFixture(8 * mib);
    open('complete').take(6 * mib, false);
    advance(5_000);
    const fresh = open('fresh');
    assert.equal(fresh.take(mib / 2, true), true);
    const late = open('late');
    assert.equal(late.take(2 * mib, true), false);
    assert.deepEqual(ended, ['late: resource-exhausted']);
    assert.equal(late.take(1, false), false, 'a call that was ended takes nothing more');
    assert.equal(budget.heldBytes, 6.5 * mib + 2 * callBytes);
  });

  it('ends the stalled call that holds the most bytes of its connection', () => {
    const { advance, ended, open } = createFixture(8 * mib);
    const attacker = {};
    open('stalled small', attacker).take(mib, true);
    open('stalled large', attacker).take(4 * mib, true);
    open('slow client').take(mib, true);
    advance(2_000);
    assert.equal(open('client').take(3 * mib, false), true);
    assert.deepEqual(ended, ['stalled large: resource-exhausted']);
  });

  it('leaves room for small requests beside large ones', () => {
    const { ended, open } = createFixture(8 * mib);
    open('large').take(6 * mib, false);
    assert.equal(open('too large').take(2 * mib, false), false);
    for (let i = 0; i < 50; i++) assert.equal(open(`small ${i}`).take(1024, false), true);
    assert.deepEqual(ended, ['too large: resource-exhausted']);
  });

  it('ends stalled calls of the connection that holds the most of them, whatever others wait', () => {
    const { advance, ended, open } = createFixture(8 * mib);
    const [attacker, other] = [{}, {}];
    for (let index = 0; index < 4; index++) open(`stalled ${index}`, attacker).take(mib, true);
    open('slow client', other).take(1.5 * mib, true);
    advance(1_500);
    open('fresh', other).take(1.5 * mib, true);
    for (let index = 0; index < 2; index++) open(`client ${index}`).take(mib, false);
    assert.deepEqual(ended, [
      'stalled 0: resource-exhausted',
      'stalled 1: resource-exhausted',
      'stalled 2: resource-exhausted',
    ]);
  });

  it('does not count what a stalled call has released, or a call that no longer waits', () => {
    const { advance, ended, open } = createFixture(8 * mib);
    const connections = [{}, {}];
    const released = open('released', connections[0]);
    released.take(3 * mib, true);
    const complete = open('complete', connections[0]);
    complete.take(mib, true);
    open('stalled', connections[1]).take(2 * mib, true);
    advance(1_500);
    released.release(2.5 * mib);
    open('client 0').take(4 * mib, false);
    assert.deepEqual(ended, ['stalled: resource-exhausted']);
    complete.take(0, false);
    open('client 1').take(1.6 * mib, false);
    assert.deepEqual(ended, ['stalled: resource-exhausted', 'released: resource-exhausted']);
  });

  it('finds the calls to end without a look at all that wait', function () {
    this.timeout(20_000);
    const count = 20_000;
    const { advance, budget, ended, open } = createFixture(count * (callBytes + 1024));
    const connections = Array.from({ length: 40 }, () => ({}));
    for (let index = 0; index < count; index++) open(`${index}`, connections[index % 40]).take(1024, true);
    // Nothing has waited for a second.
    for (let index = 0; index < count; index++) assert.equal(open('new').take(1024, true), false);
    assert.equal(ended.length, count);
    advance(1_500);
    for (let index = 0; index < count; index++) assert.equal(open('new').take(1024, true), true);
    assert.equal(ended.length, 2 * count);
    assert.equal(budget.heldBytes, count * (callBytes + 1024));
  });

  it('never holds more than its maximum, whatever calls do', () => {
    const step = fc.record({
      call: fc.nat(19),
      bytes: fc.nat(3 * mib),
      isWaiting: fc.boolean(),
      action: fc.constantFrom('take', 'take', 'take', 'release', 'dispose'),
      waitMs: fc.nat(3_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { budget, advance, open } = createFixture(8 * mib);
        const connections = [{}, {}, {}];
        const calls = new Map<number, CallBytes>();
        for (const { call: index, bytes, isWaiting, action, waitMs } of steps) {
          advance(waitMs);
          const call = calls.get(index) ?? open(String(index), connections[index % 3]);
          calls.set(index, call);
          if (action === 'take') call.take(bytes, isWaiting);
          else if (action === 'release') call.release(bytes);
          else call[Symbol.dispose]();
          assert.ok(budget.heldBytes >= 0 && budget.heldBytes <= 8 * mib);
        }
        for (const call of calls.values()) call[Symbol.dispose]();
        assert.equal(budget.heldBytes, 0);
      }),
    );
  });
});
