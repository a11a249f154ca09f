import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { milliseconds, ParetoError } from '@pareto/core';
import { encodeInferResponse, type Limits } from '@pareto/protocol';
import { createLimiter, rawUnary, type Guard, type Limiter } from '@pareto/rpc';
import { createManualClock, waitFor } from '@pareto/testkit';
import { createHttpServer, type HttpServer } from '../../../src/http/server/http-server.js';

const emptyAnswer = { modelName: 'm', modelVersion: '', id: '', parameters: new Map(), outputs: [] };

describe('the limits of the HTTP server', () => {
  const clock = createManualClock();
  const reached: string[] = [];
  let server: HttpServer;
  let limiter: Limiter;
  /** Finishes the queries in progress. Queries finish immediately if undefined. */
  let finishing: Promise<void> | undefined;
  let answerBytes = 0;
  let inferred = 0;
  let leaving = new AbortController();
  const sockets: Socket[] = [];

  async function start(limits: Partial<Limits> = {}, guard: Guard = () => undefined): Promise<void> {
    limiter = createLimiter({ limits, clock, onReached: (limit) => reached.push(limit) });
    server = createHttpServer({
      ...{ host: '127.0.0.1', port: 0, guard, limiter, clock, origins: [] },
      ...{ leaving: leaving.signal, draining: new AbortController().signal },
      ...{
        maxConnectionIdleMs: 60_000,
        drainTimeoutMs: 0,
        onError: (path, error) => assert.fail(`${path}: ${String(error)}`),
      },
      handlers: {
        serverMetadata: async () => ({ name: 'test', version: '1', extensions: [] }),
        repositoryIndex: async () => ({ models: [] }),
        repositoryModelLoad: async () => ({}),
        repositoryModelUnload: async () => ({}),
        traceSetting: async () => ({ settings: {} }),
        logSettings: async () => ({ settings: {} }),
        systemSharedMemoryRegister: async () => ({}),
        cudaSharedMemoryRegister: async () => ({}),
        modelInfer: rawUnary(async () => {
          inferred++;
          await finishing;
          const raw = Buffer.alloc(answerBytes);
          const outputs = [{ name: 'y', datatype: 'UINT8', shape: [raw.length], raw }] as const;
          return encodeInferResponse({ ...emptyAnswer, outputs }, false);
        }),
      },
    });
    await server.start((error) => assert.fail(String(error)));
  }
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    finishing = undefined;
    leaving = new AbortController();
    answerBytes = inferred = 0;
    reached.splice(0);
    const stopped = server.stop();
    await clock.advance(milliseconds(0));
    await stopped;
  });

  async function open(): Promise<Socket> {
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }
  const received = (socket: Socket, pattern: RegExp): Promise<string> => {
    let text = '';
    socket.on('data', (part: Buffer) => (text += part.toString('latin1')));
    return waitFor(String(pattern), async () => (pattern.test(text) ? text : undefined));
  };
  const headOf = (method: string, path: string, ...headers: readonly string[]): string =>
    [`${method} ${path} HTTP/1.1`, 'host: x', ...headers, '', ''].join('\r\n');
  const post = (path: string, body: string): string => headOf('POST', path, `content-length: ${body.length}`) + body;
  const inferPath = '/v2/models/m/infer';
  const isClosed = (socket: Socket): Promise<true> =>
    waitFor('the end of the connection', async () => (socket.closed ? true : undefined));
  /** Sends a request on a connection of its own, and asserts that it is answered. */
  async function assertServes(): Promise<void> {
    const socket = await open();
    socket.write(headOf('GET', '/v2'));
    await received(socket, /^HTTP\/1.1 200 .*"name":"test"/s);
    socket.destroy();
  }

  it('checks the caller before it reads a body, for every call', async () => {
    const denied = new ParetoError('permission-denied', 'only for others');
    await start({}, () => () => {
      throw denied;
    });
    const paths = [
      '/v2/models/m/infer',
      '/v2/repository/index',
      '/v2/repository/models/m/load',
      '/v2/repository/models/m/unload',
      '/v2/trace/setting',
      '/v2/models/m/trace/setting',
      '/v2/logging',
      '/v2/systemsharedmemory/region/r/register',
      '/v2/cudasharedmemory/region/r/register',
    ];
    for (const path of paths) {
      const socket = await open();
      socket.write(headOf('POST', path, 'content-length: 1000', 'expect: 100-continue'));
      await received(socket, /^HTTP\/1.1 403 .*connection: close.*only for others/is);
    }
    assert.equal(limiter.bytes.heldBytes, paths.length * 16_384, 'only the calls that wait for their clients');
  });

  it('accepts 1 MiB without tensors, before and after inflating', async () => {
    await start();
    const mib = 1024 * 1024;
    const bomb = gzipSync(Buffer.alloc(4 * mib));
    const fits = await open();
    fits.write(post('/v2/repository/index', `{}${' '.repeat(mib - 2)}`));
    await received(fits, /^HTTP\/1.1 200/);
    const bodies = [
      headOf('POST', '/v2/logging', `content-length: ${mib + 1}`),
      `${headOf('POST', '/v2/logging', 'transfer-encoding: chunked')}${(mib + 1).toString(16)}\r\n${' '.repeat(mib + 1)}`,
      headOf('POST', '/v2/logging', `content-length: ${bomb.length}`, 'content-encoding: gzip') +
        bomb.toString('latin1'),
    ];
    for (const body of bodies) {
      const socket = await open();
      socket.write(body, 'latin1');
      await received(socket, /^HTTP\/1.1 413 .*larger than 1048576 bytes; which is the limit without tensors/s);
    }
    assert.deepEqual(reached, ['small-message-bytes', 'small-message-bytes', 'small-message-bytes']);
    await assertServes();
  });

  it('cuts what an error repeats of a request', async () => {
    await start();
    const long = 'a'.repeat(15_000);
    const requests = [
      headOf('GET', `/${long}`),
      headOf('GET', `/v2/models/%ff${long}/ready`),
      headOf('POST', inferPath, `inference-header-content-length: ${long}`, 'content-length: 2') + '{}',
      headOf('POST', inferPath, `content-encoding: ${long}`, 'content-length: 2') + '{}',
      headOf('POST', inferPath, `origin: ${long}`, 'content-length: 2') + '{}',
      post(inferPath, `{"inputs":[{"name":"${long}"}]}`),
      post(inferPath, `{"inputs":[{"name":"x","datatype":"${long}"}]}`),
      post(inferPath, `{"inputs":[{"name":"x","datatype":"FP32","shape":[${'1,'.repeat(1000)}1]}]}`),
      post(inferPath, `{"inputs":[{"name":"x","datatype":"FP32","shape":"${long}"}]}`),
      post(inferPath, `{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":["${long}"]}]}`),
      post(inferPath, `{"inputs":[],"parameters":{"${long}":1}}`),
      post(inferPath, `{"inputs":[],"parameters":{"triton_${'a'.repeat(1000)}":1}}`),
      post(inferPath, `{"inputs":[],"outputs":[{"name":"${long}"}]}`),
      post(inferPath, `{"id":"${long}","inputs":[]}`),
      post(inferPath, long),
    ];
    for (const request of requests) {
      const socket = await open();
      socket.write(request);
      const answer = await received(socket, /^HTTP\/1.1 4\d\d .*\{"error":".*"\}$/s);
      assert.ok(answer.length < 2500, `${answer.length} bytes for ${request.slice(0, 100)}`);
    }
    assert.equal(inferred, 0);
  });

  it('rejects ambiguous and endless requests', async () => {
    await start();
    const cases = [
      [
        headOf('POST', inferPath, 'content-length: 2', 'transfer-encoding: chunked') + '2\r\n{}\r\n0\r\n\r\n',
        /^HTTP\/1.1 400/,
      ],
      [headOf('POST', inferPath, 'content-length: 2', 'content-length: 3') + '{}', /^HTTP\/1.1 400/],
      [
        `${headOf('POST', inferPath, 'transfer-encoding: chunked')}2;${'a'.repeat(40_000)}\r\n{}\r\n`,
        /^HTTP\/1.1 413 .*chunk extensions/s,
      ],
      [`${headOf('POST', inferPath, 'transfer-encoding: chunked')}0\r\na: ${'b'.repeat(40_000)}\r\n`, /^HTTP\/1.1 431/],
      [headOf('GET', '/v2', 'connection: upgrade', 'upgrade: websocket'), /^HTTP\/1.1 200/],
      [headOf('GET', '/v2', 'expect: magic'), /^HTTP\/1.1 417/],
      [headOf('PRI', '*'), /^HTTP\/1.1 400/],
    ] as const;
    for (const [request, answer] of cases) {
      const socket = await open();
      socket.write(request);
      await received(socket, answer);
    }
    await assertServes();
  });

  it('answers the requests of a connection in order, and ends one that sends too many', async () => {
    await start();
    let finish = (): void => undefined;
    finishing = new Promise((resolve) => (finish = resolve));
    const socket = await open();
    socket.write(post(inferPath, '{"inputs":[]}') + headOf('GET', '/v2'));
    await waitFor('the query', async () => (inferred === 1 ? true : undefined));
    await assertServes();
    finish();
    await received(socket, /^HTTP\/1.1 200 .*"model_name":"m".*HTTP\/1.1 200 .*"name":"test"/s);
    for (const request of [headOf('GET', '/v2'), post(inferPath, '{"inputs":[]}')]) {
      const flood = await open();
      flood.resume().write(request.repeat(1000));
      await isClosed(flood);
    }
    assert.ok(inferred <= 1 + 8, `${inferred} queries`);
    assert.ok(reached.length > 0 && reached.every((limit) => limit === 'streams'));
    await assertServes();
  });

  it('answers all requests that a connection has sent when the router leaves, and closes it with the last reply', async () => {
    await start();
    let finish = (): void => undefined;
    finishing = new Promise((resolve) => (finish = resolve));
    const early = await open();
    early.write(post(inferPath, '{"inputs":[]}') + headOf('GET', '/v2').repeat(2));
    await waitFor('the query', async () => (inferred === 1 ? true : undefined));
    leaving.abort();
    finish();
    const late = await open();
    late.write(headOf('GET', '/v2') + post(inferPath, '{"inputs":[]}') + headOf('GET', '/v2'));
    for (const socket of [early, late]) {
      const text = await received(socket, /connection: close/i);
      await isClosed(socket);
      assert.equal(text.match(/HTTP\/1.1 200 /g)?.length, 3, text);
      assert.match(text, /(HTTP\/1.1 200 .*){3}connection: close/is);
    }
  });

  it('closes useless connections in favour of new ones, and keeps those in use', async () => {
    await start({ connections: 8 });
    let finish = (): void => undefined;
    finishing = new Promise((resolve) => (finish = resolve));
    const used = await open();
    used.write(post(inferPath, '{"inputs":[]}'));
    await waitFor('the query', async () => (inferred === 1 ? true : undefined));
    for (let i = 0; i < 100; i++) await open();
    await waitFor('the new connections', async () =>
      limiter.connections.count === 1 + 2 && reached.length === 98 ? true : undefined,
    );
    await assertServes();
    finish();
    await received(used, /^HTTP\/1.1 200/);
  });

  it('rejects a connection while all others are in use', async () => {
    await start({ connections: 2 });
    let finish = (): void => undefined;
    finishing = new Promise((resolve) => (finish = resolve));
    for (let i = 1; i <= 2; i++) {
      (await open()).write(post(inferPath, '{"inputs":[]}'));
      await waitFor('the query', async () => (inferred === i ? true : undefined));
    }
    await received(await open(), /^HTTP\/1.1 503 .*--max-connections/s);
    finish();
  });

  it('ends unfinished bodies in favour of others when the budget is used up', async () => {
    const mib = 1024 * 1024;
    await start({ bufferedBytes: 4 * mib, messageBytes: 2 * mib });
    let answers = '';
    let held = 0;
    for (let i = 0; i < 10; i++) {
      const socket = await open();
      socket.on('data', (part: Buffer) => (answers += part.toString('latin1')));
      socket.write(headOf('POST', inferPath, `content-length: ${mib}`) + ' '.repeat(mib - 1));
      await waitFor('the bytes', async () => (limiter.bytes.heldBytes > held || reached.length > 0 ? true : undefined));
      held = Math.max(held, limiter.bytes.heldBytes);
      assert.ok(held <= 4 * mib);
      await clock.advance(milliseconds(2000));
    }
    await waitFor('a rejection', async () =>
      /^HTTP\/1.1 429 .*--max-buffered-bytes/s.test(answers) ? true : undefined,
    );
    await assertServes();
    const socket = await open();
    socket.write(post(inferPath, `{"inputs":[]}${' '.repeat(mib - 100)}`));
    await received(socket, /^HTTP\/1.1 200/);
  });

  it('ends a body that stalls and a caller that does not read', async () => {
    await start();
    const stalling = await open();
    stalling.write(headOf('POST', inferPath, 'content-length: 10'));
    await waitFor('the request', async () => (limiter.bytes.heldBytes > 0 ? true : undefined));
    await clock.advance(milliseconds(30_000));
    await received(stalling, /^HTTP\/1.1 408 .*--stall-timeout-ms/s);
    assert.deepEqual(reached.splice(0), ['stall-ms']);
    answerBytes = 20_000_000;
    const deaf = await open();
    deaf.pause();
    const binary = '{"inputs":[],"parameters":{"binary_data_output":true}}';
    deaf.write(headOf('POST', inferPath, `content-length: ${binary.length}`) + binary);
    await waitFor('the reply', async () => (limiter.bytes.heldBytes > 20_000_000 ? true : undefined));
    await waitFor('the stall', async () => {
      await clock.advance(milliseconds(30_000));
      return reached.includes('stall-ms') && limiter.bytes.heldBytes < 100_000 ? true : undefined;
    });
    await assertServes();
  });
});
