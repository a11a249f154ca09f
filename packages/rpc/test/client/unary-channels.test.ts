import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import {
  createServer as createHttp2Server,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { ParetoError } from '@pareto/core';
import { createTestAuthority, freePorts, waitFor } from '@pareto/testkit';
import { encodeInferRequest, joinSlices, payloadOf, scanInferRequest, sliceRange } from '@pareto/protocol';
import {
  constantSource,
  createFrameChannel,
  createServer,
  isNotSent,
  rawUnary,
  type PayloadChannel,
  type PayloadReply,
  type RpcServer,
  type ServerTls,
  type TlsSource,
} from '../../src/index.js';

const path = '/inference.GRPCInferenceService/ModelInfer';

/** Encodes a request whose model name selects what the server does. */
function request(modelName: string, bytes = 4): Buffer {
  const raw = Buffer.alloc(bytes, 7);
  return encodeInferRequest({ modelName, inputs: [{ name: 'x', datatype: 'UINT8', shape: [bytes], raw }] });
}

const failsWith =
  (code: string, text: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ParetoError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, text);
    return true;
  };

/** Sends a reply without its trailers, and breaks the connection when the client has it. */
function breakWithinReply(stream: ServerHttp2Stream): void {
  const { session } = stream;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
  stream.write(Buffer.alloc(5));
  // The second answer follows the reply.
  session?.ping(() => session.ping(() => session.destroy()));
}

describe('the unary channel', () => {
  let server: RpcServer;
  let channel: PayloadChannel;
  let cancelled = 0;

  const start = async (port: number, tls?: ServerTls): Promise<number> => {
    server = createServer(tls && { tls });
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async (body, call) => {
        const { modelName } = scanInferRequest(body);
        if (modelName === 'fail') {
          const details = { 'pareto-nearest-objective': '70 ms' };
          throw new ParetoError('resource-exhausted', 'too many – 100 %', { details });
        }
        if (modelName === 'wait') {
          await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
          cancelled++;
        }
        call.setTrailer('pareto-seen', call.metadata.get('x-asked') ?? '');
        if (modelName === 'role') call.setTrailer('pareto-role', call.peerRole ?? '');
        return body;
      }),
    });
    return server.listen('127.0.0.1', port);
  };
  before(async () => {
    channel = createFrameChannel(`127.0.0.1:${await start(0)}`, { metadata: { 'x-asked': 'always' } });
  });
  after(() => {
    channel.close();
    server.close();
  });

  it('returns replies of any size with their trailers', async () => {
    const call = channel.caller(path);
    for (const bytes of [0, 1, 20_000, 3_000_000]) {
      const body = request('echo', bytes);
      const reply = await call(body);
      assert.ok(reply.body.equals(body), `${bytes} bytes`);
      assert.equal(reply.trailers.get('pareto-seen'), 'always');
    }
    const { trailers } = await call(request('echo'), { metadata: { 'x-asked': 'now' } });
    assert.equal(trailers.get('pareto-seen'), 'now');
  });

  it('sends and receives messages in slices, up to the limit', async () => {
    const head = request('echo', 0);
    // The tensor of 60 MiB continues in the slices.
    const message = request('echo', 60 * 1024 * 1024);
    const sizes = [1, head.length, 100, 5_000, 0, 700_000, message.length];
    let at = 0;
    const slices = sizes.flatMap((size) => sliceRange([message], at, (at += size)));
    const outcome = await new Promise<PayloadReply | ParetoError>((resolve) =>
      channel.payloadCall(path)(payloadOf(slices), { timeoutMs: 60_000 }, resolve),
    );
    assert.ok(!(outcome instanceof ParetoError));
    assert.equal(outcome.payload.length, message.length);
    assert.ok(joinSlices(outcome.payload.slices).equals(message));
  });

  it('keeps many calls in flight apart', async () => {
    const call = channel.caller(path);
    const bodies = Array.from({ length: 200 }, (_, index) => request('echo', index * 100));
    const replies = await Promise.all(bodies.map((body) => call(body)));
    for (const [index, { body }] of replies.entries()) assert.ok(body.equals(bodies[index] ?? Buffer.alloc(0)));
  });

  it('throws the error of the status, with its message and trailers', async () => {
    await assert.rejects(channel.caller(path)(request('fail')), (error: unknown) => {
      assert.ok(error instanceof ParetoError);
      assert.equal(error.details['pareto-nearest-objective'], '70 ms');
      return failsWith('resource-exhausted', /^too many – 100 %$/)(error);
    });
    const unknown = channel.caller('/inference.GRPCInferenceService/Nothing')(request('echo'));
    await assert.rejects(unknown, failsWith('unimplemented', /Nothing/));
  });

  it('cancels a call at its deadline, and when its signal aborts', async () => {
    const call = channel.caller(path);
    await assert.rejects(call(request('wait'), { timeoutMs: 500 }), failsWith('deadline-exceeded', /./));
    const aborting = new AbortController();
    const waiting = call(request('wait'), { signal: aborting.signal });
    await call(request('echo'));
    aborting.abort(new Error('no longer needed'));
    await assert.rejects(waiting, /no longer needed/);
    await assert.rejects(call(request('echo'), { signal: aborting.signal }), /no longer needed/);
    await waitFor('the server to cancel both', () => cancelled === 2 || undefined);
  });

  it('rejects a reply over the limit', async () => {
    const small = createFrameChannel(channel.address, { maxMessageBytes: 10_000 });
    await assert.rejects(small.caller(path)(request('echo', 20_000)), failsWith('resource-exhausted', /10000 bytes/));
    small.close();
  });

  it('reports an address without a server, and connects once there is one', async () => {
    const [port = 0] = await freePorts(1);
    const late = createFrameChannel(`127.0.0.1:${port}`);
    const call = late.caller(path);
    const refused = failsWith('unavailable', /127.0.0.1:\d+ failed: .*ECONNREFUSED/);
    await assert.rejects(call(request('echo')), (error) => refused(error) && isNotSent(error));
    await assert.rejects(call(request('echo')), (error) => refused(error) && isNotSent(error));
    server.close();
    await start(port);
    await waitFor('the first connection', () => call(request('echo')).catch(() => undefined));
    server.close();
    await assert.rejects(call(request('echo')), failsWith('unavailable', /./));
    await start(port);
    await waitFor('the next connection', () => call(request('echo')).catch(() => undefined));
    late.close();
    await assert.rejects(call(request('echo')), failsWith('unavailable', /is closed/));
  });

  it('reports the end of each connection, but not the closing of the channel', async () => {
    const [port = 0] = await freePorts(1);
    const other = createFrameChannel(`127.0.0.1:${port}`);
    let ended = 0;
    other.onDisconnected(() => ended++);
    await assert.rejects(other.caller(path)(request('echo')));
    for (const expected of [1, 2]) {
      server.close();
      await start(port);
      await waitFor('a connection', () =>
        other
          .caller(path)(request('echo'))
          .catch(() => undefined),
      );
      assert.equal(ended, expected - 1);
      server.close();
      await waitFor('the end of the connection', () => ended === expected || undefined);
    }
    await start(port);
    await waitFor('a connection', () =>
      other
        .caller(path)(request('echo'))
        .catch(() => undefined),
    );
    other.close();
    await server.drain(5_000);
    assert.equal(ended, 2);
    await start(Number(channel.address.split(':')[1]));
  });

  describe('tells whether the server has received a call', () => {
    const sessions: ServerHttp2Session[] = [];
    let onStream: (stream: ServerHttp2Stream) => void;
    const strange = createHttp2Server()
      .on('session', (session) => void sessions.push(session))
      .on('stream', (stream) => onStream(stream.on('error', () => undefined)));
    let other: PayloadChannel;
    before(async () => {
      await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
      other = createFrameChannel(`127.0.0.1:${(strange.address() as AddressInfo).port}`);
    });
    after(() => {
      other.close();
      strange.close();
      for (const session of sessions) session.destroy();
    });
    const cases: readonly (readonly [how: string, isReceived: boolean, onStream: (s: ServerHttp2Stream) => void])[] = [
      ['that the server refuses', false, (stream) => stream.close(7)],
      ['that the server resets', true, (stream) => stream.close(2)],
      ['after the last one of a connection', false, (stream) => stream.session?.goaway(0, Number(stream.id) - 2)],
      ['whose connection breaks', true, (stream) => stream.session?.destroy()],
      ['whose connection breaks within the reply', true, breakWithinReply],
    ];
    for (const [how, isReceived, handle] of cases)
      it(how, async () => {
        onStream = handle;
        await assert.rejects(
          other.caller(path)(request('echo')),
          (error) => failsWith('unavailable', /./)(error) && isNotSent(error) !== isReceived,
        );
      });
  });

  it('finishes the calls of a server that drains, and connects to the next one', async () => {
    const [port = 0] = await freePorts(1);
    server.close();
    await start(port);
    const other = createFrameChannel(`127.0.0.1:${port}`);
    const call = other.caller(path);
    const aborting = new AbortController();
    const waiting = call(request('wait'), { signal: aborting.signal });
    const large = call(request('echo', 3_000_000));
    await call(request('echo'));
    const drained = server.drain(5_000);
    assert.equal((await large).body.length, request('echo', 3_000_000).length);
    aborting.abort(new Error('no longer needed'));
    await assert.rejects(waiting, /no longer needed/);
    await drained;
    await start(port);
    await waitFor('the next connection', () => call(request('echo')).catch(() => undefined));
    other.close();
  });

  describe('over TLS', () => {
    let identity: (role: string) => Promise<TlsSource>;
    before(async () => {
      const authority = await createTestAuthority();
      identity = async (role) => {
        const { ca, certificate, key } = await authority.issue({ uris: [`spiffe://pareto/${role}`] });
        const own = { certificate: Buffer.from(certificate), key: Buffer.from(key) };
        return constantSource({ ca: Buffer.from(ca), identity: own });
      };
    });
    const startTls = async (): Promise<string> => {
      server.close();
      const source = await identity('worker');
      const tls: ServerTls = { source, clientCertificate: 'required', onRejected: () => undefined };
      return `127.0.0.1:${await start(0, tls)}`;
    };
    it('presents its certificate, and checks that of the server', async () => {
      const address = await startTls();
      const source = await identity('router');
      const own = createFrameChannel(address, { tls: { source, server: 'worker' } });
      for (const bytes of [4, 500_000]) {
        const { body, trailers } = await own.caller(path)(request('role', bytes));
        assert.deepEqual([body.length, trailers.get('pareto-role')], [request('role', bytes).length, 'router']);
      }
      own.close();
      const other = createFrameChannel(address, { tls: { source, server: 'controller' } });
      const refused = failsWith('unavailable', /a worker's certificate, but a controller's certificate was expected/);
      await assert.rejects(other.caller(path)(request('echo')), (error) => refused(error) && isNotSent(error));
      other.close();
    });
    it('reports that the server requires a certificate, or TLS', async () => {
      const address = await startTls();
      const { ca } = (await identity('router')).current;
      for (const [tls, text] of [
        [{ source: constantSource({ ca }) }, /the server requires a client certificate/],
        [undefined, /it may require TLS|the connection ended before the reply/],
      ] as const) {
        const other = createFrameChannel(address, tls && { tls });
        await assert.rejects(other.caller(path)(request('echo')), failsWith('unavailable', text));
        other.close();
      }
    });
    it('reports that the server uses plain text', async () => {
      server.close();
      const other = createFrameChannel(`127.0.0.1:${await start(0)}`, { tls: { source: await identity('router') } });
      await assert.rejects(other.caller(path)(request('echo')), failsWith('unavailable', /plain text instead of TLS/));
      other.close();
    });
  });

  it('rejects servers that do not speak gRPC', async () => {
    const plain = createHttpServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const other = createFrameChannel(`127.0.0.1:${(plain.address() as AddressInfo).port}`);
    await assert.rejects(other.caller(path)(request('echo')), failsWith('unavailable', /./));
    other.close();
    plain.close();
  });

  const odd: readonly (readonly [
    what: string,
    head: OutgoingHttpHeaders,
    data: readonly number[],
    code: string,
    text: RegExp,
  ])[] = [
    ['another HTTP status', { ':status': 404 }, [], 'unavailable', /HTTP status 404: expected a gRPC server/],
    ['no status', { ':status': 200 }, [0, 0, 0, 0, 0], 'internal', /without a gRPC status/],
    ['a short message', { ':status': 200, 'grpc-status': '0' }, [0, 0], 'internal', /has 2 bytes/],
    ['a cut message', { ':status': 200, 'grpc-status': '0' }, [0, 0, 0, 0, 2, 1], 'internal', /one message of 2 bytes/],
    ['a compressed message', { ':status': 200, 'grpc-status': '0' }, [1, 0, 0, 0, 0], 'internal', /compressed/],
    ['an unknown status', { ':status': 200, 'grpc-status': '99' }, [], 'internal', /^$/],
    ['a broken message', { ':status': 200, 'grpc-status': '5', 'grpc-message': '100 %' }, [], 'not-found', /^100 %$/],
  ];
  for (const [what, head, data, code, text] of odd)
    it(`rejects a reply with ${what}`, async () => {
      const strange = createHttp2Server().on('stream', (stream) => {
        stream.respond(head);
        stream.end(Buffer.from(data));
      });
      await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
      const other = createFrameChannel(`127.0.0.1:${(strange.address() as AddressInfo).port}`);
      await assert.rejects(other.caller(path)(request('echo')), failsWith(code, text));
      other.close();
      strange.close();
    });
});
