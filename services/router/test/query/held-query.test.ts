import assert from 'node:assert/strict';
import { fallbackObjective, milliseconds, variantId, type VariantId } from '@pareto/core';
import { payloadOf } from '@pareto/protocol';
import { type ServerCall } from '@pareto/rpc';
import { createManualClock } from '@pareto/testkit';
import { createChangeSignal } from '../../src/query/change-signal.js';
import { holdQuery, type Decided } from '../../src/query/held-query.js';
import { createHolds } from '../../src/query/holds.js';
import type { ClientQuery, ResolvedQuery } from '../../src/resolve/resolve.js';
import { domainTable } from '../support/domain-table.js';

const [a, b] = [variantId('a:original'), variantId('b:original')];

function setUp() {
  const clock = createManualClock();
  const [changes, reports] = [createChangeSignal(), createChangeSignal()];
  const events: string[] = [];
  const held = (_: ResolvedQuery, variant: VariantId): Disposable => {
    events.push(`held for ${variant}`);
    return { [Symbol.dispose]: () => void events.push(`not held for ${variant}`) };
  };
  const draining = new AbortController();
  const holds = createHolds({ changes, reports, maxHoldMs: 1_000, draining: draining.signal, clock });
  const [resolved = assert.fail()] = domainTable({ a: { ms: 1, replicas: 0 } }).targets.values();
  const query = { items: 1, objective: fallbackObjective, preference: 'cheapest', entry: resolved } as ResolvedQuery;
  const hold = (fields: Partial<ResolvedQuery> = {}, signal = new AbortController().signal) => {
    const call: Partial<ServerCall> = { signal, receivedAt: clock.now(), remainingMs: () => milliseconds(500) };
    const client = {
      payload: payloadOf(Buffer.alloc(10)),
      call: call as ServerCall,
      priority: Infinity,
    } as ClientQuery;
    return holdQuery({ holds, clock, demand: { held } }, client, { ...query, ...fields });
  };
  return { clock, changes, reports, events, holds, hold, draining };
}

const cold = (variant: VariantId): Extract<Decided, { kind: 'hold' }> =>
  ({ kind: 'hold', selection: { candidate: { variant } }, resolved: {} }) as Extract<Decided, { kind: 'hold' }>;
const resolved = {} as ResolvedQuery;
const busy = { kind: 'refuse', cause: 'overloaded' } as Decided;
const forwarded = { kind: 'forward' } as Decided;

describe('a held query', () => {
  it('counts as demand for the variant that it waits for, without interruption by changes', async () => {
    const { changes, events, holds, hold } = setUp();
    const waiting = hold();
    let next: Decided = cold(a);
    const settled = waiting.wait(a, resolved, () => next);
    for (let i = 0; i < 3; i++) changes.notify();
    assert.deepEqual(events.splice(0), ['held for a:original']);
    next = cold(b);
    changes.notify();
    assert.deepEqual(events.splice(0), ['not held for a:original', 'held for b:original']);
    assert.deepEqual(holds.usage, { count: 1, bytes: 10 });
    next = forwarded;
    changes.notify();
    assert.equal(await settled, forwarded);
    assert.deepEqual(events, ['not held for b:original']);
    assert.equal(holds.usage.count, 0);
  });

  it('stays held while the loaded replica is busy, and is decided again when a query ends', async () => {
    const { changes, holds, hold } = setUp();
    let next: Decided = busy;
    const settled = hold().wait(a, resolved, () => next);
    changes.notify();
    holds.resume();
    assert.equal(holds.usage.count, 1);
    next = forwarded;
    holds.resume();
    assert.equal(await settled, forwarded);
  });

  it('is decided again when a worker reports its loads', async () => {
    const { changes, reports, hold } = setUp();
    let next: Decided = busy;
    const settled = hold().wait(a, resolved, () => next);
    changes.notify();
    next = forwarded;
    reports.notify();
    assert.equal(await settled, forwarded);
  });

  it('is resumed by due time, as many as can be met, with one decision for those that stay', async () => {
    const { changes, hold } = setUp();
    const order: number[] = [];
    let decisions = 0;
    const ended = Array.from({ length: 1_000 }, (_, index) =>
      hold().wait(a, resolved, () => {
        decisions += 1;
        if (order.length >= 20) return busy;
        order.push(index);
        return forwarded;
      }),
    );
    changes.notify();
    await Promise.all(ended.slice(0, 20));
    assert.deepEqual(
      order,
      Array.from({ length: 20 }, (_, index) => index),
    );
    assert.equal(decisions, 21);
  });

  it('ends with a refusal, an error of the decision, or the end of its call, its time or the router', async () => {
    const { changes, clock, holds, hold, draining } = setUp();
    const refused = hold().wait(a, resolved, () => ({ kind: 'refuse', cause: 'ruled-out' }) as Decided);
    const failed = hold({ items: 2 }).wait(a, resolved, () => {
      throw new Error('unknown target');
    });
    changes.notify();
    assert.equal((await refused).kind, 'refuse');
    await assert.rejects(failed, /unknown target/);
    const caller = new AbortController();
    const cancelled = hold({}, caller.signal).wait(a, resolved, () => busy);
    caller.abort(new Error('enough'));
    await assert.rejects(cancelled, /enough/);
    const late = hold().wait(a, resolved, () => busy);
    const rejected = assert.rejects(late, { code: 'deadline-exceeded' });
    await clock.advance(500);
    await rejected;
    const last = hold().wait(a, resolved, () => busy);
    draining.abort();
    await assert.rejects(last, { code: 'unavailable' });
    assert.equal(holds.usage.count, 0);
  });
});
