import assert from 'node:assert/strict';
import { createLogger } from '@pareto/telemetry';
import { createManualClock } from '@pareto/testkit';
import { createWarmUp, type WarmUpPath } from '../src/index.js';

describe('warm-up', () => {
  const logged: string[] = [];
  const logger = createLogger({ service: 'test', level: 'info', format: 'json', write: (line) => logged.push(line) });
  beforeEach(() => (logged.length = 0));

  /** A path whose calls each take 10 ms. */
  function createPath(call: (index: number) => void = () => undefined) {
    const clock = createManualClock();
    let closed = 0;
    const path: WarmUpPath = {
      async call(index) {
        call(index);
        await clock.sleep(10 as never);
      },
      async [Symbol.asyncDispose]() {
        closed += 1;
      },
    };
    return { clock, path, closed: () => closed };
  }

  it('calls its path for the given time, alone and side by side, and closes it before the service starts', async () => {
    const calls: number[] = [];
    const startedAt = new Map<number, number>();
    const { clock, path, closed } = createPath((index) => {
      calls.push(index);
      startedAt.set(clock.now(), (startedAt.get(clock.now()) ?? 0) + 1);
    });
    const part = createWarmUp({ warmUpMs: 100, open: async () => path, clock, logger });
    const started = part.start(() => assert.fail());
    await clock.advance(99);
    assert.equal(closed(), 0);
    await clock.advance(1);
    await started;
    assert.equal(closed(), 1);
    assert.deepEqual(calls, [...calls.keys()]);
    assert.deepEqual([...startedAt.values()], [1, 8, 8, 8, 8, 8, 1, 1, 8, 8]);
    assert.match(logged.join(), /"calls":59/);
  });

  it('opens no path if its time is 0', async () => {
    const { clock } = createPath();
    const part = createWarmUp({ warmUpMs: 0, open: () => assert.fail(), clock, logger });
    await part.start(() => assert.fail());
  });

  it('logs a failure, closes the path, and lets the service start', async () => {
    const { clock, path, closed } = createPath(() => {
      throw new Error('no connection');
    });
    const part = createWarmUp({ warmUpMs: 100, open: async () => path, clock, logger });
    await part.start(() => assert.fail());
    assert.equal(closed(), 1);
    assert.match(logged.join(), /warmup failed|warm-up failed/);
  });
});
