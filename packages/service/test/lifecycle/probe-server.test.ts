import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createLogger, createRouterMetrics } from '@pareto/telemetry';
import { waitFor } from '@pareto/testkit';
import { isLoopback } from '../../src/flags/common-flags.js';
import { createLifecycle, createProbeServer } from '../../src/index.js';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });

describe('probe server', () => {
  const lifecycle = createLifecycle(logger);
  const metrics = createRouterMetrics();
  let reasons: readonly string[] = [];
  const server = createProbeServer({
    host: '127.0.0.1',
    port: 0,
    openMetrics: false,
    lifecycle,
    notReady: () => reasons,
    metrics,
    observe: () => metrics.held.set(7),
  });
  const get = async (path: string, method = 'GET'): Promise<readonly [number, string]> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return [response.status, await response.text()];
  };
  const fail = (error: unknown): void => assert.fail(String(error));
  before(() => server.start(fail));
  after(() => server.stop());

  it('is live but not ready while the service starts', async () => {
    assert.deepEqual(await get('/livez'), [200, 'ok\n']);
    assert.deepEqual(await get('/readyz'), [503, 'starting\n']);
  });

  it('is ready while serving, otherwise lists the reasons', async () => {
    lifecycle.enter('serving');
    assert.deepEqual(await get('/readyz'), [200, 'ok\n']);
    reasons = ['no routing table yet'];
    assert.deepEqual(await get('/readyz'), [503, 'no routing table yet\n']);
    reasons = [];
  });

  it('sets gauges before a scrape', async () => {
    const [status, text] = await get('/metrics');
    assert.equal(status, 200);
    assert.match(text, /pareto_held_requests\{service="router"\} 7/);
  });

  it('returns 404 and 405 for other requests', async () => {
    assert.equal((await get('/'))[0], 404);
    assert.equal((await get('/livez', 'POST'))[0], 405);
  });

  it('closes a connection after its reply, whatever the client continues to send', async () => {
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    const closed = once(socket, 'close');
    socket.write('POST /livez HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    assert.match(reply.toString(), /^HTTP\/1.1 405 .*connection: close/is);
    const sending = setInterval(() => socket.write('1\r\na\r\n'), 5);
    await closed;
    clearInterval(sending);
  });

  it('does not answer requests that do not wait for the reply', async () => {
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    const replies: Buffer[] = [];
    socket.on('data', (data: Buffer) => replies.push(data));
    socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(1_000));
    await once(socket, 'close');
    assert.ok(Buffer.concat(replies).toString().split('HTTP/1.1').length <= 1 + 1);
  });

  it('names the flag to use when the port is taken', async () => {
    const second = createProbeServer({
      ...{ host: '127.0.0.1', port: server.port, openMetrics: true },
      ...{ lifecycle, notReady: () => [], metrics },
    });
    await assert.rejects(second.start(fail), /cannot listen on 127.0.0.1:\d+: the port is taken: .*--metrics-port$/);
  });

  it('is not ready while the service leaves and drains', async () => {
    lifecycle.enter('leaving');
    assert.deepEqual(await get('/readyz'), [503, 'leaving\n']);
    lifecycle.enter('draining');
    assert.deepEqual(await get('/readyz'), [503, 'draining\n']);
  });
});

describe('the bounds of the probe server', () => {
  const lifecycle = createLifecycle(logger);
  const metrics = createRouterMetrics();
  const fail = (error: unknown): void => assert.fail(String(error));
  const create = (openMetrics: boolean) =>
    createProbeServer({ host: '0.0.0.0', port: 0, openMetrics, lifecycle, notReady: () => [], metrics });
  lifecycle.enter('serving');

  it('answer /metrics to this machine only, unless they are open', async function () {
    const { address } = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal) ?? { address: undefined };
    if (address === undefined) return this.skip();
    for (const isOpen of [false, true]) {
      const server = create(isOpen);
      await server.start(fail);
      try {
        const status = async (host: string, path: string): Promise<number> =>
          (await fetch(`http://${host}:${server.port}${path}`)).status;
        const statuses: Promise<number>[] = ['/livez', '/readyz', '/metrics'].map((path) => status(address, path));
        assert.deepEqual(await Promise.all(statuses), [200, 200, isOpen ? 200 : 403]);
        assert.equal(await status('127.0.0.1', '/metrics'), 200);
        if (isOpen) continue;
        assert.match(await (await fetch(`http://${address}:${server.port}/metrics`)).text(), /with --open-metrics\n$/);
      } finally {
        await server.stop();
      }
    }
  });

  it('close old connections for new ones, so that probes are always answered', async () => {
    const server = create(false);
    await server.start(fail);
    const sockets = Array.from({ length: 200 }, () => connect(server.port, '127.0.0.1'));
    const closed = new Set<Socket>();
    for (const socket of sockets) socket.on('error', () => undefined).on('close', () => closed.add(socket));
    try {
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      await waitFor('the closed ones', () => (closed.size >= 72 ? true : undefined));
      assert.equal((await fetch(`http://127.0.0.1:${server.port}/livez`)).status, 200);
      assert.ok(sockets.length - closed.size <= 128);
    } finally {
      for (const socket of sockets) socket.destroy();
      await server.stop();
    }
  });
});

describe('isLoopback', () => {
  it('recognises addresses of this machine', () => {
    for (const local of ['localhost', '127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1']) {
      assert.ok(isLoopback(local), local);
    }
    for (const other of ['', '0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::ffff:10.0.0.1', '127.example.com']) {
      assert.ok(!isLoopback(other), other);
    }
  });
});
