import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createChannel, createClient, createServer } from '../../src/index.js';

describe('a full stream', () => {
  it('resolves its pending writes if it breaks', async () => {
    const server = createServer();
    server.add('pareto.v1.Fleet', { join: () => new Promise<void>(() => undefined) });
    const channel = createChannel(`127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
    const stream = createClient(channel, 'pareto.v1.Fleet').join();
    const large = { message: 'hello' as const, hello: { workerId: 'w'.repeat(1 << 20) } };
    const full = new AbortController();
    const written = (async () => {
      while (!full.signal.aborted) {
        const timer = setTimeout(() => full.abort(), 200);
        await stream.write(large);
        clearTimeout(timer);
      }
    })();
    await once(full.signal, 'abort');
    server.close();
    await written;
    await assert.rejects(stream[Symbol.asyncIterator]().next());
    channel.close();
  });
});
