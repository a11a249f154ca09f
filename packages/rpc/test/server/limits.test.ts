import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { ParetoError } from '@pareto/core';
import { waitFor } from '@pareto/testkit';
import { type Limits } from '@pareto/protocol';
import {
  createChannel,
  createClient,
  createLimiter,
  createRawCaller,
  createServer,
  rawDuplex,
  rawUnary,
  type Limiter,
  type RpcServer,
} from '../../src/index.js';

const mib = 1024 * 1024;
const inferPath = '/inference.GRPCInferenceService/ModelInfer';
const streamPath = '/inference.GRPCInferenceService/ModelStreamInfer';
const readyPath = '/inference.GRPCInferenceService/ModelReady';
const describePath = '/pareto.v1.Registry/Describe';

const head = (length: number, flag = 0): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(flag);
  bytes.writeUInt32BE(length, 1);
  return bytes;
};
const framed = (message: Buffer, flag = 0): Buffer => Buffer.concat([head(message.length, flag), message]);

/** Returns a query with one raw tensor. */
function queryOf(contents: Buffer): Buffer {
  const prefix = Buffer.from([0x3a, 0xff, 0xff, 0xff, 0x7f]);
  let left = contents.length;
  // Four bytes hold a length of up to 256 MiB.
  for (let at = 1; at < 5; at++, left >>>= 7) prefix[at] = at < 4 ? (left & 127) | 128 : left;
  return Buffer.concat([prefix, contents]);
}

/** Status and message of a call. */
type Answer = readonly [status: string, message: string];

/** Resolves with the status of a call, from its headers or trailers. */
function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve) => {
    const onHeaders = ({ 'grpc-status': status, 'grpc-message': message = '' }: IncomingHttpHeaders): void => {
      if (typeof status === 'string' && typeof message === 'string') resolve([status, decodeURI(message)]);
    };
    stream.on('response', onHeaders).on('trailers', onHeaders);
    stream.on('close', () => resolve(['none', `reset with ${stream.rstCode}`]));
    stream.on('error', () => undefined).resume();
  });
}

describe('the limits of a gRPC server', () => {
  let server: RpcServer;
  let limiter: Limiter;
  let port: number;
  let session: ClientHttp2Session;
  let handled: string[];
  let reached: string[];
  const opened: (ClientHttp2Session | Socket)[] = [];

  async function start(limits: Partial<Limits> = {}): Promise<void> {
    handled = [];
    reached = [];
    limiter = createLimiter({ limits, onReached: (limit) => reached.push(limit) });
    server = createServer({
      limiter,
      guard: (path) =>
        path.startsWith('/pareto.v1.Registry/')
          ? (call) => {
              call.setTrailer('pareto-checked', 'yes');
              if (call.metadata.get('x-who') !== 'operator')
                throw new ParetoError('permission-denied', 'for operators');
            }
          : undefined,
    });
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async (body) => {
        handled.push(`infer ${body.length}`);
        return body;
      }),
      modelStreamInfer: rawDuplex(async (stream) => {
        for await (const body of stream) await stream.write(body);
      }),
      modelReady: async ({ name }) => {
        handled.push(`ready ${name}`);
        return { ready: true };
      },
    });
    server.add('pareto.v1.Registry', { describe: async ({ name }) => ({ task: { name } }) });
    port = await server.listen('127.0.0.1', 0);
    session = newSession();
  }
  function newSession(): ClientHttp2Session {
    const created = connect(`http://127.0.0.1:${port}`).on('error', () => undefined);
    opened.push(created);
    return created;
  }
  const request = (path: string, headers: Readonly<Record<string, string>> = {}, on = session): ClientHttp2Stream =>
    on.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers });
  const call = (path: string, message: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const stream = request(path, headers);
    const answer = answerOf(stream);
    stream.end(message);
    return answer;
  };
  /** Calls from another connection, as a client that is not involved. */
  async function bystander(): Promise<void> {
    const channel = createChannel(`127.0.0.1:${port}`);
    try {
      const query = queryOf(Buffer.from('me'));
      assert.deepEqual((await createRawCaller(channel, inferPath)(query)).body, query);
    } finally {
      channel.close();
    }
  }

  afterEach(() => {
    for (const one of opened.splice(0)) one.destroy();
    server.close();
  });

  it('rejects a caller from the headers, before the request arrives', async () => {
    await start();
    const stream = request(describePath);
    assert.deepEqual(await answerOf(stream), ['7', 'for operators']);
    const garbage = await call(describePath, framed(Buffer.alloc(1000, 0xff)));
    assert.deepEqual(garbage, ['7', 'for operators']);
    assert.equal((await call(describePath, framed(Buffer.alloc(0)), { 'x-who': 'operator' }))[0], '0');
    const channel = createChannel(`127.0.0.1:${port}`, { metadata: { 'x-who': 'operator' } });
    let checked: string | undefined;
    const onTrailers = (trailers: ReadonlyMap<string, string>): void => void (checked = trailers.get('pareto-checked'));
    await createClient(channel, 'pareto.v1.Registry').describe({ name: 'x' }, { onTrailers });
    channel.close();
    assert.equal(checked, 'yes');
  });

  it('closes a connection that continues to call what it may not', async () => {
    await start({ denials: 10 });
    const answers = Array.from({ length: 1_000 }, () => answerOf(request(describePath)));
    const denied = (await Promise.all(answers)).filter(([status]) => status === '7');
    assert.ok(denied.length <= 11, `${denied.length} answers`);
    assert.deepEqual(reached, ['denials']);
    await bystander();
  });

  it('rejects a message that is too large for its method when it is announced', async () => {
    await start({ messageBytes: 2 * mib });
    for (const [path, length, limit] of [
      [readyPath, mib + 1, 'small-message-bytes'],
      [inferPath, 2 * mib + 1, 'message-bytes'],
      [streamPath, 2 * mib + 1, 'message-bytes'],
      ['/grpc.health.v1.Health/Check', mib + 1, 'small-message-bytes'],
    ] as const) {
      const stream = request(path);
      const answer = answerOf(stream);
      stream.write(head(length));
      const [status, message] = await answer;
      assert.equal(status, '8', path);
      assert.match(message, new RegExp(`Received message larger than max \\(${length} vs`));
      assert.equal(reached.pop(), limit);
    }
    assert.equal((await call(readyPath, framed(Buffer.from('\n\u0001a'))))[0], '0');
    assert.deepEqual(handled, ['ready a']);
  });

  it('counts fields before it decodes a message', async () => {
    await start();
    const bombs = [Buffer.alloc(mib, 0x0a00), Buffer.alloc(mib - (mib % 2), Buffer.from([0x22, 0x00]))];
    for (const bomb of bombs) {
      const [status, message] = await call(readyPath, framed(bomb.subarray(0, mib)));
      assert.equal(status, '3');
      assert.match(message, /more than 65536 fields|is not a request of/);
    }
    assert.deepEqual(handled, []);
  });

  it('ends a bomb from its first bytes, also if it is compressed', async () => {
    await start();
    const bomb = Buffer.alloc(16 * mib, Buffer.from([0x2a, 0x00]));
    for (const [path, compressed] of [
      [inferPath, false],
      [streamPath, false],
      [inferPath, true],
      [streamPath, true],
    ] as const) {
      const stream = request(path, compressed ? { 'grpc-encoding': 'gzip' } : {});
      const answer = answerOf(stream);
      if (compressed) stream.write(framed(gzipSync(bomb), 1));
      else stream.write(Buffer.concat([head(60 * mib), bomb.subarray(0, 140_000)]));
      const [status, message] = await answer;
      assert.equal(status, '3', path);
      assert.equal(message, 'the message has more than 65536 fields: send fewer');
      assert.equal(reached.pop(), 'fields');
    }
    assert.deepEqual(handled, []);
    await waitFor('no bytes', () => limiter.bytes.heldBytes === 0 || undefined);
  });

  it('counts the fields of messages that may be large', async () => {
    await start();
    server.close();
    server = createServer({ limiter });
    server.add('pareto.v1.Fleet', {
      drain: async ({ workerId }) => {
        handled.push(`drain ${workerId}`);
        return {};
      },
    });
    port = await server.listen('127.0.0.1', 0);
    session = newSession();
    const [status, message] = await call(
      '/pareto.v1.Fleet/Drain',
      framed(Buffer.alloc(8 * mib, Buffer.from([0x22, 0x00]))),
    );
    assert.equal(status, '3');
    assert.match(message, /more than 65536 fields/);
    assert.deepEqual(handled, []);
  });

  it('answers a malformed message with INVALID_ARGUMENT', async () => {
    await start();
    const [status, message] = await call(readyPath, framed(Buffer.from([0x0a, 0x7f])));
    assert.equal(status, '3');
    assert.match(message, /^the message is not a request of inference.GRPCInferenceService\/ModelReady: /);
  });

  it('inflates compressed messages within the limits', async () => {
    await start({ messageBytes: 4 * mib });
    const gzip = { 'grpc-encoding': 'gzip' };
    const small = framed(gzipSync(queryOf(Buffer.from('abc'))), 1);
    assert.equal((await call(inferPath, small, gzip))[0], '0');
    assert.equal((await call(inferPath, framed(queryOf(Buffer.from('plain'))), gzip))[0], '0');
    const bomb = framed(gzipSync(queryOf(Buffer.alloc(64 * mib))), 1);
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(inferPath, bomb, gzip)));
    assert.deepEqual(new Set(answers.map(([status]) => status)), new Set(['8']));
    assert.match(answers[0]?.[1] ?? '', /decompresses to a size larger than 4194304; .*--max-message-bytes$/);
    assert.equal((await call(readyPath, framed(gzipSync(queryOf(Buffer.alloc(2 * mib))), 1), gzip))[0], '8');
    assert.equal((await call(inferPath, framed(Buffer.from('no gzip'), 1), gzip))[0], '3');
    const unknown = await answerOf(request(inferPath, { 'grpc-encoding': 'br' }));
    assert.deepEqual(unknown, ['12', "the encoding 'br' is not supported: send identity, gzip or deflate"]);
    assert.deepEqual(handled, ['infer 8', 'infer 10']);
    await waitFor('no bytes', () => limiter.bytes.heldBytes === 0 || undefined);
  });

  it('ends stalled requests in favour of others, within the budget', async () => {
    await start({ messageBytes: 8 * mib, bufferedBytes: 8 * mib });
    const stalled = Array.from({ length: 10 }, () => request(inferPath));
    const answers = stalled.map(answerOf);
    for (const stream of stalled) {
      stream.write(head(7 * mib));
      stream.write(queryOf(Buffer.alloc(7 * mib)).subarray(0, mib / 2));
    }
    await waitFor('the bytes', () => limiter.bytes.heldBytes > 4 * mib || undefined);
    assert.ok(limiter.bytes.heldBytes <= 8 * mib);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const channel = createChannel(`127.0.0.1:${port}`);
    for (let i = 0; i < 5; i++) {
      const query = queryOf(Buffer.alloc(2 * mib));
      assert.equal((await createRawCaller(channel, inferPath)(query)).body.length, query.length);
    }
    channel.close();
    assert.equal((await Promise.race(answers))[0], '8');
    assert.ok(reached.includes('buffered-bytes'));
    session.destroy();
    await waitFor('no bytes', () => limiter.bytes.heldBytes === 0 || undefined);
  });

  it('ends requests that stall in the middle of a message, and no idle stream', async () => {
    await start({ stallMs: 200 });
    const partial = request(inferPath);
    const idle = request(streamPath);
    const ended = answerOf(partial);
    idle.write(framed(queryOf(Buffer.from('one'))));
    partial.write(head(100));
    assert.deepEqual((await ended)[0], '8');
    assert.deepEqual(reached, ['stall-ms']);
    const echoed = once(idle, 'data');
    idle.write(framed(queryOf(Buffer.from('two'))));
    await echoed;
    idle.end();
    assert.equal((await answerOf(idle))[0], '0');
  });

  it('ends calls whose replies are not read', async () => {
    await start({ stallMs: 200, messageBytes: 8 * mib, bufferedBytes: 32 * mib });
    const slow = request(inferPath);
    slow.end(framed(queryOf(Buffer.alloc(4 * mib))));
    await waitFor('the end of the slow reader', () => reached[0]);
    assert.deepEqual(reached, ['stall-ms']);
    await bystander();
    await waitFor('no bytes', () => limiter.bytes.heldBytes === 0 || undefined);
  });

  it('refuses further streams of a connection', async () => {
    await start({ streams: 50 });
    await once(session, 'remoteSettings');
    assert.equal(session.remoteSettings.maxConcurrentStreams, 50);
    for (let i = 0; i < 200; i++) request(inferPath).on('error', () => undefined);
    await bystander();
    assert.ok(limiter.bytes.heldBytes <= 51 * (16 + 1) * 1024);
  });

  it('closes connections without use in favour of others', async () => {
    await start({ connections: 20 });
    await call(inferPath, framed(queryOf(Buffer.from('first'))));
    const used = newSession();
    const stream = request(inferPath, {}, used);
    const sockets = Array.from({ length: 100 }, () =>
      connectSocket({ host: '127.0.0.1', port }).on('error', () => undefined),
    );
    opened.push(...sockets);
    for (const socket of sockets) await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    await waitFor('the bound', () => limiter.connections.count <= 20 || undefined);
    for (let i = 0; i < 5; i++) await bystander();
    assert.ok(!session.closed, 'a connection with an answered query stays open');
    stream.destroy();
    assert.ok(reached.includes('connections'));
  });

  it('discards what a client still sends after the reply', async () => {
    await start();
    const stream = request('/pareto.v1.Registry/Unknown');
    const answer = answerOf(stream);
    stream.write(Buffer.alloc(3 * mib));
    assert.equal((await answer)[0], '12');
    await once(stream, 'close');
    await bystander();
    assert.equal(limiter.bytes.heldBytes, 0);
  });
});
