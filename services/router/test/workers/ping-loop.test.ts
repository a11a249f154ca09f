import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { defaultPingParams } from '@pareto/policy';
import { createManualClock } from '@pareto/testkit';
import { startPingLoop } from '../../src/workers/ping-loop.js';
import type { WorkerLink } from '../../src/workers/worker-link.js';

describe('the pings to a worker', () => {
  it('are sent every 500 ms, and half as often after 10 s without a query', async () => {
    const clock = createManualClock();
    let count = 0;
    const link: WorkerLink = {
      address: 'w:1',
      infer: () => assert.fail('no query'),
      async ping() {
        count += 1;
        return { workerId: 'w', incarnation: 'i', draining: false, decisionVersion: 0, replicas: [] };
      },
      onBroken: () => undefined,
      abort: () => undefined,
      close: () => undefined,
    };
    let sentAt = clock.now();
    const answeredAt = (): typeof sentAt => milliseconds(-Infinity);
    const loop = startPingLoop({
      link: () => link,
      sentAt: () => sentAt,
      answeredAt,
      isAlive: async () => false,
      onResult: () => undefined,
      params: defaultPingParams,
      clock,
    });
    const during = async (ms: number): Promise<number> => {
      const before = count;
      await clock.advance(ms);
      return count - before;
    };
    assert.equal(count, 1);
    await during(1);
    assert.equal(await during(5_000), 10);
    await during(6_000);
    assert.equal(await during(4_000), 4);
    await during(700);
    const send = (): void => {
      sentAt = clock.now();
      loop.shortenPause();
    };
    send();
    assert.equal(await during(500), 1, 'after the whole pause, of which half had passed');
    assert.equal(await during(4_000), 8);
    await during(8_000);
    let sent = 0;
    while (sent === 0) sent = await during(10);
    await during(200);
    send();
    assert.equal(await during(250), 0);
    assert.equal(await during(100), 1, 'after half of the pause');
    assert.equal(await during(4_000), 8);
    loop.stop();
  });

  for (const [title, answers, isLost] of [
    ['are lost after 30 s without an answer, although the process is alive', false, true],
    ['are uncertain for as long as queries are answered and the process is alive', true, false],
  ] as const) {
    it(title, async () => {
      const clock = createManualClock();
      const stall = (): Promise<never> => new Promise(() => undefined);
      const nothing = (): void => undefined;
      let answeredAt = clock.now();
      const kinds: string[] = [];
      const loop = startPingLoop({
        link: () => ({
          address: 'w:1',
          infer: nothing,
          ping: stall,
          onBroken: nothing,
          abort: nothing,
          close: nothing,
        }),
        sentAt: () => clock.now(),
        answeredAt: () => answeredAt,
        isAlive: async () => true,
        onResult: ({ kind }) => kinds.push(kind),
        params: defaultPingParams,
        clock,
      });
      for (let seconds = 0; seconds < 40; seconds += 1) {
        if (answers && seconds % 5 === 0) clock.after(milliseconds(200), () => (answeredAt = clock.now()));
        await clock.advance(1_000);
      }
      loop.stop();
      assert.equal(kinds.indexOf('lost'), isLost ? 30 : -1, kinds.join(' '));
    });
  }
});
