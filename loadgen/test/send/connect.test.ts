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
      modelMetadata: async ({ name }) => ({ name }),
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
    const settings = resolveSettings({ address, connections: 2, target: 't' }, undefined);
    using connection = await connect(settings, (text) => assert.fail(text));
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

  it('leave out the servers that do not answer, with a warning, unless none does', async () => {
    const [one, two, gone] = [await start(), await start(), await start()];
    gone.server.close();
    const warnings: string[] = [];
    const warn = (text: string): unknown => warnings.push(text);
    const connectTo = (...addresses: readonly string[]): ReturnType<typeof connect> =>
      connect(resolveSettings({ address: addresses.join(','), target: 't' }, undefined), warn);
    using connection = await connectTo(gone.address, one.address, two.address);
    assert.equal(connection.address, `${one.address},${two.address}`);
    assert.equal(connection.channel.address, one.address);
    assert.match(warnings.splice(0).join(), new RegExp(`^${gone.address} is not reachable: .*; it gets no requests$`));
    await Promise.all(connection.callers.map((call) => call(Buffer.alloc(0), { timeoutMs: 10_000 })));
    assert.deepEqual([one.calls, two.calls], [1, 1]);
    await assert.rejects(connectTo(gone.address), /is not reachable/);
    assert.deepEqual(warnings, []);
  });
});
