import assert from 'node:assert/strict';
import { connect, type ClientHttp2Session, type Settings } from 'node:http2';
import { once } from 'node:events';
import { ParetoError, systemClock, milliseconds } from '@pareto/core';
import { streamWindowBytes } from '@pareto/http2';
import { defaultLimits, payloadOf, type wire } from '@pareto/protocol';
import {
  createChannel,
  createClient,
  createFrameChannel,
  createRawCaller,
  createServer,
  createLimiter,
  rawUnary,
  waitForReady,
} from '../../src/index.js';
import { waitFor } from '@pareto/testkit';
import type { Channel, RpcServer, ServerOptions } from '../../src/index.js';

async function* chunks(count: number, bytes: number): AsyncGenerator<wire.UploadRequestInput> {
  for (let i = 0; i < count; i++) yield { digest: 'd', offset: i * bytes, data: Buffer.alloc(bytes, i) };
}

async function rejection(promise: Promise<unknown>): Promise<ParetoError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof ParetoError, String(error));
    return error;
  }
  return assert.fail('expected a rejection');
}

const ping = (session: ClientHttp2Session): Promise<void> =>
  new Promise((resolve, reject) => {
    session.ping((error: Error | null) => (error === null ? resolve() : reject(error)));
  });

describe('createServer', () => {
  let server: RpcServer;
  let channel: Channel;
  let port: number;
  const logged: unknown[] = [];
  let lastSignal: AbortSignal | undefined;
  let hanging = 0;

  const start = async (options: ServerOptions = {}): Promise<void> => {
    server = createServer({ onError: (_method, error) => logged.push(error), ...options });
    server.add('pareto.v1.Registry', {
      registerTask: async (request, call) => {
        lastSignal = call.signal;
        call.setTrailer('pareto-note', call.metadata.get('x-who') ?? 'none');
        return { name: request.name, metric: request.metric };
      },
      describe: async ({ name }, call) => {
        if (name === 'hang') {
          hanging += 1;
          await systemClock.sleep(milliseconds(60_000), call.signal).finally(() => (hanging -= 1));
        }
        if (name === 'bug') throw new TypeError('secret detail');
        throw new ParetoError('not-found', `no '${name}'`, { details: { 'pareto-hint': name.slice(0, 20) } });
      },
    });
    server.add('pareto.v1.Blobs', {
      upload: async (messages) => {
        let size = 0;
        for await (const message of messages) size += message.data.length;
        return { digest: 'd', sizeBytes: size };
      },
      download: async function* () {
        for (let i = 0; i < 50; i++) yield { data: Buffer.alloc(100_000, i) };
      },
    });
    server.add('pareto.v1.Routes', {
      watch: async (stream) => {
        for await (const message of stream) {
          if (message.hello?.routerId === 'fail') throw new ParetoError('unavailable', 'follow the leader');
          await stream.write({ epoch: message.hello?.routerId ?? '', revision: 2 ** 40 });
        }
      },
    });
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async ({ head }) => payloadOf(Array.from(head.toReversed(), (byte) => Buffer.of(byte)))),
    });
    port = await server.listen('127.0.0.1', 0);
    server.setServing(true);
    channel = createChannel(`127.0.0.1:${port}`);
  };

  beforeEach(() => start());
  afterEach(() => {
    channel.close();
    server.close();
  });

  it('returns trailers with the reply of a unary call', async () => {
    const registry = createClient(channel, 'pareto.v1.Registry');
    let note: string | undefined;
    const reply = await registry.registerTask(
      { name: 'digits', metric: 'top1' },
      { metadata: { 'x-who': 'me' }, onTrailers: (trailers) => (note = trailers.get('pareto-note')) },
    );
    assert.equal(reply.name, 'digits');
    assert.equal(reply.signature, null);
    assert.equal(note, 'me');
  });

  it('sends an error with code, message and details, but hides the text of other exceptions', async () => {
    const registry = createClient(channel, 'pareto.v1.Registry');
    const known = await rejection(registry.describe({ name: 'x' }));
    assert.deepEqual([known.code, known.message, known.details['pareto-hint']], ['not-found', "no 'x'", 'x']);
    const unknown = await rejection(registry.describe({ name: 'bug' }));
    assert.equal(unknown.code, 'internal');
    assert.doesNotMatch(unknown.message, /secret/);
    assert.match(String(logged.at(-1)), /secret/);
    assert.equal((await rejection(registry.delete({ name: 'x' }))).code, 'unimplemented');
  });

  it('cuts what an error repeats of a request, and keeps the connection', async () => {
    const registry = createClient(channel, 'pareto.v1.Registry');
    const session = connect(`http://127.0.0.1:${port}`);
    for (const name of ['x'.repeat(150_000), '€'.repeat(300_000), 'a\ud800', '\n\u0000é']) {
      const error = await rejection(registry.describe({ name }));
      assert.equal(error.code, 'not-found');
      assert.ok(encodeURI(error.message).length <= 2048);
      assert.equal((await rejection(registry.describe({ name: 'next' }))).message, "no 'next'");
    }
    const unknown = session.request({
      ':method': 'POST',
      ':path': `/pareto.v1.Registry/${'x'.repeat(50_000)}`,
      'content-type': 'application/grpc',
    });
    const [headers] = (await once(unknown, 'response')) as [Record<string, unknown>];
    assert.equal(headers['grpc-status'], '12');
    assert.equal(String(headers['grpc-message']).length, 2048);
    const closed = once(session, 'close');
    session.close();
    await closed;
  });

  it('sends and receives streams, also in both directions', async () => {
    const blobs = createClient(channel, 'pareto.v1.Blobs');
    assert.equal((await blobs.upload(chunks(100, 50_000))).sizeBytes, 5_000_000);
    let received = 0;
    for await (const { data } of blobs.download({ digest: 'd' })) received += data.length;
    assert.equal(received, 5_000_000);
    const stream = createClient(channel, 'pareto.v1.Routes').watch();
    const epochs: string[] = [];
    await stream.write({ hello: { routerId: 'a' } });
    for await (const message of stream) {
      epochs.push(message.epoch);
      assert.equal(message.revision, 2 ** 40);
      if (epochs.length === 3) stream.end();
      else await stream.write({ hello: { routerId: 'b' } });
    }
    assert.deepEqual(epochs, ['a', 'b', 'b']);
  });

  it('ends a stream with the error of its handler', async () => {
    const stream = createClient(channel, 'pareto.v1.Routes').watch();
    await stream.write({ hello: { routerId: 'fail' } });
    const error = await rejection(
      (async () => {
        for await (const _ of stream);
      })(),
    );
    assert.deepEqual([error.code, error.message], ['unavailable', 'follow the leader']);
  });

  it('aborts the handler if the deadline passes or the caller cancels', async () => {
    const registry = createClient(channel, 'pareto.v1.Registry');
    assert.equal((await rejection(registry.describe({ name: 'hang' }, { timeoutMs: 50 }))).code, 'deadline-exceeded');
    const aborter = new AbortController();
    const call = registry.describe({ name: 'hang' }, { signal: aborter.signal });
    aborter.abort(new ParetoError('cancelled', 'enough'));
    assert.equal((await rejection(call)).message, 'enough');
  });

  it('does not treat the end of an answered call as a cancellation', async () => {
    const registry = createClient(channel, 'pareto.v1.Registry');
    await registry.registerTask({ name: 'digits' });
    await systemClock.sleep(milliseconds(50));
    assert.equal(lastSignal?.aborted, false);
  });

  it('passes encoded messages to raw handlers unchanged', async () => {
    const call = createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer');
    const query = Buffer.from([0x0a, 0x01, 0x61]);
    assert.deepEqual((await call(query)).body, Buffer.from(query.toReversed()));
  });

  it('names the flag of the message limit in size errors', async () => {
    channel.close();
    server.close();
    await start({ limiter: createLimiter({ limits: { messageBytes: 1000 } }) });
    const call = createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer');
    const error = await rejection(call(Buffer.alloc(1001)));
    assert.equal(error.code, 'resource-exhausted');
    assert.match(error.message, /1001 vs 1000\); the limit is set by --max-message-bytes$/);
    assert.equal((await call(Buffer.alloc(1000))).body.length, 1000);
    const strict = createChannel(`127.0.0.1:${port}`, { maxMessageBytes: 500 });
    const own = await rejection(
      createRawCaller(strict, '/inference.GRPCInferenceService/ModelInfer')(Buffer.alloc(501)),
    );
    strict.close();
    assert.equal(own.code, 'resource-exhausted');
    assert.match(own.message, /larger than 500; the limit is set by --max-message-bytes$/);
  });

  it('measures a call from the arrival of its headers', async () => {
    let receivedAt = Infinity;
    channel.close();
    server.close();
    server = createServer();
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async (body, call) => {
        receivedAt = call.receivedAt;
        return body;
      }),
    });
    port = await server.listen('127.0.0.1', 0);
    const session = connect(`http://127.0.0.1:${port}`);
    await once(session, 'connect');
    const stream = session.request({
      ':method': 'POST',
      ':path': '/inference.GRPCInferenceService/ModelInfer',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    await ping(session);
    // The server receives the second one after the headers.
    await ping(session);
    const bodySentAt = systemClock.now();
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
    stream.resume();
    await once(stream, 'close');
    session.destroy();
    assert.ok(receivedAt < bodySentAt);
  });

  it('uses a receive window of 1 MiB for streams', async () => {
    const session: ClientHttp2Session = connect(`http://127.0.0.1:${port}`);
    const [settings] = (await once(session, 'remoteSettings')) as [Settings];
    session.destroy();
    assert.equal(settings.initialWindowSize, streamWindowBytes);
  });

  it('announces the limit of metadata to clients', async () => {
    const session: ClientHttp2Session = connect(`http://127.0.0.1:${port}`);
    const [settings] = (await once(session, 'remoteSettings')) as [Settings];
    session.destroy();
    assert.equal(settings.maxHeaderListSize, defaultLimits.metadataBytes);
  });

  it('accepts many small entries of metadata', async () => {
    const metadata = { ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, 'v'])), 'x-who': 'me' };
    let note: string | undefined;
    await createClient(channel, 'pareto.v1.Registry').registerTask(
      { name: 'x' },
      { metadata, onTrailers: (trailers) => (note = trailers.get('pareto-note')) },
    );
    assert.equal(note, 'me');
  });

  it('is called without the proxy set in the environment', async () => {
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = 'http://127.0.0.1:9';
    const direct = createChannel(`127.0.0.1:${port}`);
    try {
      const { name } = await createClient(direct, 'pareto.v1.Registry').registerTask(
        { name: 'x' },
        { timeoutMs: 3000 },
      );
      assert.equal(name, 'x');
    } finally {
      direct.close();
      if (before === undefined) delete process.env['http_proxy'];
      else process.env['http_proxy'] = before;
    }
  });

  it('reports a port in use in one line', async () => {
    const other = createServer();
    const error = await rejection(other.listen('127.0.0.1', port));
    assert.match(error.message, new RegExp(`127.0.0.1:${port}: the port is taken.*--port`));
    other.close();
  });

  it('sends GOAWAY to its clients when it leaves, and still answers them and others', async () => {
    const frames = createFrameChannel(`127.0.0.1:${port}`);
    const call = frames.caller('/inference.GRPCInferenceService/ModelInfer');
    let ended = 0;
    frames.onDisconnected(() => (ended += 1));
    await call(Buffer.alloc(0));
    server.leave();
    await waitFor('the end of the connection', () => ended === 1 || undefined);
    await call(Buffer.alloc(0));
    const registry = createClient(channel, 'pareto.v1.Registry');
    assert.equal((await registry.registerTask({ name: 'late' })).name, 'late');
    assert.equal(ended, 1);
    frames.close();
  });

  it('lets calls finish while draining, and accepts no new ones', async () => {
    await waitForReady(channel, 30_000);
    const registry = createClient(channel, 'pareto.v1.Registry');
    const ended = rejection(registry.describe({ name: 'hang' }, { timeoutMs: 1_000 }));
    await waitFor('the call', () => hanging === 1 || undefined);
    await server.drain(30_000);
    assert.equal(hanging, 0);
    assert.equal((await ended).code, 'deadline-exceeded');
    assert.equal((await rejection(registry.describe({ name: 'x' }, { timeoutMs: 30_000 }))).code, 'unavailable');
  });
});
