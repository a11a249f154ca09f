// Load on several servers.

import assert from 'node:assert/strict';
import { payloadOf } from '@pareto/protocol';
import { createServer, rawUnary, type RpcServer } from '@pareto/rpc';
import { afterEach, describe, it } from 'mocha';
import { connect } from '../../src/send/connect.js';
import { resolveSettings } from '../../src/settings/resolve-settings.js';

describe('connections to several addresses', () => {
  const servers: RpcServer[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  /** Starts a server that counts its calls. */
  async function start(): Promise<{ readonly server: RpcServer; readonly address: string; calls: number }> {
    const server = createServer();
    servers.push(server);
    const started = { server, address: '', calls: 0 };
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async () => {
        started.calls += 1;
        return payloadOf(Buffer.alloc(0));
      }),
    });
    return Object.assign(started, { address: `127.0.0.1:${await server.listen('127.0.0.1', 0)}` });
  }

  it('share the requests, and those that a server does not receive go to the other one', async () => {
    const [one, two] = [await start(), await start()];
    const address = `${one.address},${two.address}`;
    using connection = await connect(resolveSettings({ address, connections: 2, target: 't' }, undefined));
    const { callers } = connection;
    assert.equal(callers.length, 4);
    const callAll = (): Promise<unknown> =>
      Promise.all(callers.map((call) => call(Buffer.alloc(0), { timeoutMs: 10_000 })));
    await callAll();
    assert.deepEqual([one.calls, two.calls], [2, 2]);
    await one.server.drain(5_000);
    await callAll();
    assert.deepEqual([one.calls, two.calls], [2, 6]);
    await two.server.drain(5_000);
    await assert.rejects(callAll(), { code: 'unavailable' });
  });
});
