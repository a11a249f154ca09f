// Who may call what, without certificates: over real gRPC.

import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import {
  createChannel,
  createClient,
  createServer,
  type Channel,
  type ChannelOptions,
  type RpcServer,
} from '@pareto/rpc';
import { createLogger } from '@pareto/telemetry';
import { createTokenAccess, tokenMetadata, type ServiceRole } from '../src/index.js';

const token = '0123456789abcdef';

describe('access by token', () => {
  let lines: string[];
  const cleanUps: (() => void)[] = [];
  beforeEach(() => (lines = []));
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
  });

  async function serve(role: ServiceRole): Promise<(options?: ChannelOptions) => Channel> {
    const logger = createLogger({ service: role, level: 'warn', format: 'json', write: (line) => lines.push(line) });
    const access = createTokenAccess(token, { role, clock: systemClock, logger });
    const server: RpcServer = createServer(access.server);
    server.add('pareto.v1.Blobs', {
      stat: async () => ({}),
      download: async function* () {
        yield { data: Buffer.from('x') };
      },
    });
    server.add('pareto.v1.Execution', { ping: async (_request, call) => ({ draining: access.isService(call) }) });
    server.add('pareto.v1.Inference', {
      explain: async (_request, call) => ({ outcome: String(access.isService(call)) }),
    });
    const address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
    cleanUps.push(() => server.close());
    return (options) => {
      const channel = createChannel(address, options);
      cleanUps.push(() => channel.close());
      return channel;
    };
  }
  const ping = (channel: Channel) => createClient(channel, 'pareto.v1.Execution').ping({});

  it("lets services in with the cluster's token, and knows them by it", async () => {
    const connect = await serve('worker');
    const access = createTokenAccess(token, { role: 'router', clock: systemClock, logger: silent });
    assert.equal((await ping(connect(access.channel('worker')))).draining, true);
  });

  it('refuses others, saying who may call and what is missing, on the wire and in the log', async () => {
    const connect = await serve('worker');
    const missing = /pareto\.v1\.Execution\/Ping is for routers: metadata pareto-internal-token is missing/;
    await assert.rejects(ping(connect()), { code: 'unauthenticated', message: missing });
    assert.match(
      lines.join(''),
      /"peer":"127.0.0.1:\d+","method":"\/pareto\.v1\.Execution\/Ping","reason":"pareto.*missing"/,
    );
    for (const wrong of ['0123456789abcdeF', '0123456789abcdef0', '0123456789abcde', 'x']) {
      const call = ping(connect({ metadata: tokenMetadata(wrong) }));
      await assert.rejects(call, { code: 'unauthenticated', message: /token is wrong/ });
    }
    assert.doesNotMatch(lines.join(''), /0123456789abcde/);
  });

  it('lets anyone do what operators and clients do', async () => {
    const controller = await serve('controller');
    const blobs = createClient(controller(), 'pareto.v1.Blobs');
    await blobs.stat({ digest: 'd' });
    for await (const { data } of blobs.download({ digest: 'd' })) assert.equal(String(data), 'x');
    const router = await serve('router');
    assert.equal((await createClient(router(), 'pareto.v1.Inference').explain({})).outcome, 'false');
    assert.deepEqual(lines, []);
  });

  it('lets nobody call what has no line in the table', async () => {
    const connect = await serve('router');
    const call = ping(connect({ metadata: tokenMetadata(token) }));
    await assert.rejects(call, { code: 'permission-denied', message: /Ping is for nobody/ });
  });

  it('logs a few refusals, and then how many it left out', async () => {
    const connect = await serve('worker');
    for (let i = 0; i < 20; i++) await ping(connect()).catch(() => undefined);
    assert.equal(lines.length, 5);
  });
});

const silent = createLogger({ service: 'test', level: 'silent', format: 'json' });
