// The abort listeners of calls: a finished call has none, so that many calls can share a signal.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { ParetoError } from '@pareto/core';
import { waitFor } from '@pareto/testkit';
import { createChannel, createClient, createServer, type Channel, type RpcServer } from '../../src/index.js';

describe('the signal of a call', () => {
  let server: RpcServer;
  let channel: Channel;
  const { signal } = new AbortController();
  const options = { signal };
  const listeners = (): number => getEventListeners(signal, 'abort').length;

  before(async () => {
    server = createServer();
    server.add('pareto.v1.Registry', {
      registerTask: async ({ name, metric }) => {
        if (name === 'fail') throw new ParetoError('not-found', 'no such task');
        return { name, metric };
      },
    });
    server.add('pareto.v1.Blobs', {
      upload: async (messages) => {
        for await (const _ of messages);
        return { digest: 'd', sizeBytes: 0 };
      },
      download: async function* () {
        for (let i = 0; i < 20; i += 1) yield { data: Buffer.alloc(100_000) };
      },
    });
    server.add('pareto.v1.Routes', {
      watch: async (stream) => {
        for await (const { hello } of stream) {
          if (hello?.routerId === 'fail') throw new ParetoError('unavailable', 'follow the leader');
          await stream.write({ epoch: 'e' });
        }
      },
    });
    channel = createChannel(`127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
  });
  after(() => {
    channel.close();
    server.close();
  });

  /** Asserts that a call has a listener while it runs, and none once it has finished. */
  async function check(call: () => Promise<unknown>): Promise<void> {
    const finished = call();
    assert.equal(listeners(), 1);
    await finished;
    // A call that is cancelled by its reader receives its status later.
    await waitFor('the removal of the listener', () => listeners() === 0 || undefined);
  }

  it('has no listeners of finished unary calls', async () => {
    const registry = createClient(channel, 'pareto.v1.Registry');
    await check(() => registry.registerTask({ name: 'a', metric: 'top1' }, options));
    await check(() => assert.rejects(registry.registerTask({ name: 'fail', metric: 'top1' }, options)));
  });

  it('has no listeners of finished streams', async () => {
    const blobs = createClient(channel, 'pareto.v1.Blobs');
    const routes = createClient(channel, 'pareto.v1.Routes');
    const upload = async function* () {
      yield { digest: 'd', offset: 0, data: Buffer.alloc(1) };
    };
    await check(() => blobs.upload(upload(), options));
    const read = async (messages: number): Promise<void> => {
      let left = messages;
      for await (const _ of blobs.download({ digest: 'd' }, options)) if ((left -= 1) === 0) break;
    };
    await check(() => read(100));
    await check(() => read(1));
    const watch = async (routerId: string): Promise<void> => {
      const stream = routes.watch(options);
      await stream.write({ hello: { routerId } });
      stream.end();
      for await (const _ of stream);
    };
    await check(() => watch('r'));
    await check(() => assert.rejects(watch('fail')));
  });
});
