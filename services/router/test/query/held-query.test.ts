import assert from 'node:assert/strict';
import { milliseconds, variantId, type VariantId } from '@pareto/core';
import type { ServerCall } from '@pareto/rpc';
import { createManualClock } from '@pareto/testkit';
import { createChangeSignal } from '../../src/query/change-signal.js';
import { holdQuery } from '../../src/query/held-query.js';
import { createHolds } from '../../src/query/holds.js';
import type { ClientQuery, ResolvedQuery } from '../../src/resolve/resolve.js';

const [a, b] = [variantId('a:original'), variantId('b:original')];

describe('a held query', () => {
  it('counts as demand for the variant that it waits for, without interruption by changes', async () => {
    const clock = createManualClock();
    const changes = createChangeSignal();
    const events: string[] = [];
    const held = (_: ResolvedQuery, variant: VariantId): Disposable => {
      events.push(`held for ${variant}`);
      return { [Symbol.dispose]: () => void events.push(`not held for ${variant}`) };
    };
    const holds = createHolds({ changes, maxHoldMs: 1_000, draining: new AbortController().signal, clock });
    const call = { signal: new AbortController().signal, remainingMs: () => milliseconds(500) };
    const query = { body: Buffer.alloc(10), call: call as ServerCall } as ClientQuery;
    const waiting = holdQuery({ holds, clock, demand: { held } }, query, {} as ResolvedQuery);
    async function waitForChange(variant: VariantId): Promise<void> {
      const waited = waiting.wait(variant);
      changes.notify();
      await waited;
    }

    for (let i = 0; i < 3; i++) await waitForChange(a);
    assert.deepEqual(events, ['held for a:original']);
    await waitForChange(b);
    assert.deepEqual(events.splice(0), ['held for a:original', 'not held for a:original', 'held for b:original']);
    assert.deepEqual(holds.held(undefined), { count: 1, bytes: 10 });
    waiting.resume();
    assert.deepEqual(events.splice(0), ['not held for b:original']);
    assert.equal(holds.held(undefined).count, 1, 'it is still a hold while it is sent');
    await waitForChange(b);
    waiting[Symbol.dispose]();
    assert.deepEqual(events, ['held for b:original', 'not held for b:original']);
    assert.equal(holds.held(undefined).count, 0);
  });
});
