import assert from 'node:assert/strict';
import { milliseconds, systemClock } from '@pareto/core';
import { runOpenLoop } from '../../src/load/open-loop.js';

describe('an open loop that is always late', () => {
  it('stops when its signal aborts', async () => {
    let [now, sent] = [0, 0];
    // Requests are due each millisecond, and each reading takes two.
    const clock = { ...systemClock, now: () => milliseconds((now += 2)) };
    const arrivals = Array.from({ length: 10_000 }, (_, index) => index);
    const stopping = new AbortController();
    setImmediate(() => stopping.abort());
    await runOpenLoop({ kind: 'open', arrivals }, async () => void sent++, clock, stopping.signal);
    assert.ok(sent < 100, `${sent} were sent`);
  });
});
