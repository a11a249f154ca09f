import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { createManualClock } from '@pareto/testkit';
import { BackOff } from '../../src/client/back-off.js';
import { createFrameChannel, isNotSent } from '../../src/index.js';

describe('the pauses between attempts to connect', () => {
  it('are twice as long each time, up to a second, until a connection was of use', async () => {
    const clock = createManualClock();
    const backOff = new BackOff(clock);
    const allowedAt: number[] = [];
    for (let ms = 0; ms < 4_000; ms += 50) {
      if (backOff.tryTake()) allowedAt.push(ms);
      await clock.advance(50);
    }
    assert.deepEqual(allowedAt, [0, 100, 300, 700, 1_500, 2_500, 3_500]);
    backOff.reset();
    assert.equal(backOff.tryTake(), true);
    assert.equal(backOff.tryTake(), false);
  });

  it('make calls fail without an attempt', async () => {
    let attempts = 0;
    const server = createServer((socket) => {
      attempts++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const clock = createManualClock();
    const channel = createFrameChannel(`127.0.0.1:${(server.address() as AddressInfo).port}`, { clock });
    const call = channel.caller('/test.Echo/Call');
    for (const expected of [1, 1, 2, 2]) {
      const failed = assert.rejects(call(Buffer.alloc(0)), isNotSent);
      await clock.advance(51);
      await failed;
      assert.equal(attempts, expected);
    }
    channel.close();
    server.close();
  });
});
