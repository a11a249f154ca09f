import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createChannel, createServer, onDisconnected, waitForReady } from '../../src/index.js';

describe('onDisconnected', () => {
  it('reports the end of each connection, but not the closing of the channel', async () => {
    const ended = new EventTarget();
    let count = 0;
    const first = createServer();
    const port = await first.listen('127.0.0.1', 0);
    const channel = createChannel(`127.0.0.1:${port}`);
    onDisconnected(channel, () => {
      count += 1;
      ended.dispatchEvent(new Event('ended'));
    });
    await waitForReady(channel, 5_000);
    assert.equal(count, 0);
    let next = once(ended, 'ended');
    first.close();
    await next;
    const second = createServer();
    await second.listen('127.0.0.1', port);
    await waitForReady(channel, 5_000);
    next = once(ended, 'ended');
    second.close();
    await next;
    const third = createServer();
    await third.listen('127.0.0.1', port);
    await waitForReady(channel, 5_000);
    channel.close();
    third.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(count, 2);
  });
});
