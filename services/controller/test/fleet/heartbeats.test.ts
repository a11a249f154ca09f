// Heartbeats on a clock that the test advances.

import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import { createManualClock } from '@pareto/testkit';
import { createHeartbeats } from '../../src/fleet/heartbeats.js';

type Message = wire.ControllerMessageInput;

describe('heartbeats', () => {
  const start = () => {
    const clock = createManualClock();
    return { clock, heartbeats: createHeartbeats({ storeAgeMs: () => 7, clock }) };
  };

  it('are sent every 500 ms to each worker, spread over time', async () => {
    const { clock, heartbeats } = start();
    const times = Array.from({ length: 50 }, (): number[] => []);
    for (const own of times) heartbeats.start(() => void own.push(clock.now()));
    await clock.advance(1_500);
    for (const own of times) {
      assert.equal(own.length, 3);
      assert.deepEqual(
        own.slice(1).map((time, i) => time - (own[i] ?? NaN)),
        [500, 500],
      );
    }
    const first = times.map(([time]) => time ?? NaN);
    assert.deepEqual(new Set(first).size, 25);
    assert.ok(Math.max(...first) <= 500);
  });

  it('name the intervals, which grow with the fleet', async () => {
    const { clock, heartbeats } = start();
    const received: Message[] = [];
    heartbeats.start((message) => received.push(message));
    await clock.advance(500);
    const others = Array.from({ length: 999 }, () => heartbeats.start(() => undefined));
    await clock.advance(1_000);
    for (const other of others) other[Symbol.dispose]();
    await clock.advance(500);
    assert.deepEqual(
      received.map(({ heartbeat }) => [
        heartbeat?.storeAgeMs,
        heartbeat?.messageIntervalMs,
        heartbeat?.reportIntervalMs,
      ]),
      [
        [7, 500, 500],
        [7, 1_000, 2_000],
        [7, 500, 500],
      ],
    );
  });

  it('end when disposed, and leave no timer', async () => {
    const { clock, heartbeats } = start();
    let sent = 0;
    const beating = heartbeats.start(() => (sent += 1));
    await clock.advance(600);
    beating[Symbol.dispose]();
    await clock.advance(1_000);
    assert.deepEqual([sent, clock.waiting], [2, 0]);
  });
});
