import assert from 'node:assert/strict';
import { milliseconds, type RoutingTable } from '@pareto/core';
import { createManualClock } from '@pareto/testkit';
import { createChangeSignal, type ChangeSignal } from '../../src/query/change-signal.js';
import { waitForTable } from '../../src/query/wait-for-table.js';

/** Counts the listeners of a signal. */
function countListeners(signal: ChangeSignal): ChangeSignal & { readonly listeners: number } {
  let listeners = 0;
  return {
    notify: () => signal.notify(),
    listen(listener) {
      const listening = signal.listen(listener);
      listeners += 1;
      return {
        [Symbol.dispose]() {
          listeners -= 1;
          listening[Symbol.dispose]();
        },
      };
    },
    get listeners() {
      return listeners;
    },
  };
}

describe('waiting for the first table', () => {
  function startWaiting(controllerAgeMs: number) {
    const clock = createManualClock();
    const changes = countListeners(createChangeSignal());
    const [draining, call] = [new AbortController(), new AbortController()];
    const tables = {
      table: undefined as RoutingTable | undefined,
      ...{ connected: false, ageMs: milliseconds(0), controllerAgeMs: milliseconds(controllerAgeMs) },
    };
    const waited = waitForTable({ tables, changes, draining: draining.signal, clock }, call.signal);
    waited.catch(() => undefined);
    return { clock, changes, draining, call, tables, waited };
  }

  it('resolves when the table arrives, and not at another change', async () => {
    const { changes, tables, waited } = startWaiting(0);
    assert.equal(changes.listeners, 1);
    changes.notify();
    tables.table = { version: { epoch: 'e', revision: 1 } } as RoutingTable;
    changes.notify();
    await waited;
    assert.equal(changes.listeners, 0);
  });

  it('rejects one second after the start, whenever the query arrived', async () => {
    for (const [ageMs, leftMs] of [
      [0, 1_000],
      [800, 200],
      [60_000, 0],
    ] as const) {
      const { clock, changes, waited } = startWaiting(ageMs);
      await clock.advance(milliseconds(leftMs));
      await assert.rejects(waited, { code: 'unavailable', message: /no routing table yet/ });
      assert.equal(changes.listeners, 0);
    }
  });

  it('rejects when the call is aborted or the router drains', async () => {
    const [left, drained] = [startWaiting(0), startWaiting(0)];
    left.call.abort(new Error('enough'));
    await assert.rejects(left.waited, { message: 'enough' });
    drained.draining.abort();
    await assert.rejects(drained.waited, { code: 'unavailable' });
    assert.deepEqual([left.changes.listeners, drained.changes.listeners], [0, 0]);
  });
});
