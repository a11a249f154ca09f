// Calls of the channel of frames to servers of node:http2. Other tests are those of all channels.

import assert from 'node:assert/strict';
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import fc from 'fast-check';
import { ParetoError } from '@pareto/core';
import { createTestAuthority, waitFor } from '@pareto/testkit';
import {
  constantSource,
  createFrameChannel,
  createLimiter,
  isReset,
  type PayloadChannel,
  type PayloadChannelOptions,
} from '../../src/index.js';

const path = '/test.Echo/Call';

/** Reads a request, and sends its message and its `x-` headers back. */
function echo(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const chunks: Buffer[] = [];
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    const own = Object.entries(headers).filter(([name]) => name.startsWith('x-'));
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', ...Object.fromEntries(own) }));
    stream.end(Buffer.concat(chunks));
  });
}

describe('the channel of frames', () => {
  const cleanUps: (() => void)[] = [];
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
  });

  const sessionsOf = new WeakMap<Http2Server, ServerHttp2Session[]>();
  async function listen(server: Http2Server): Promise<number> {
    const sessions: ServerHttp2Session[] = [];
    sessionsOf.set(server, sessions);
    server.on('session', (session: ServerHttp2Session) => void sessions.push(session));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => {
      server.close();
      for (const session of sessions) session.destroy();
    });
    return (server.address() as AddressInfo).port;
  }

  function open(port: number, options?: PayloadChannelOptions): PayloadChannel {
    const channel = createFrameChannel(`127.0.0.1:${port}`, options);
    cleanUps.push(() => channel.close());
    return channel;
  }

  const serve = async (
    options: ServerOptions = {},
    onStream = echo,
  ): Promise<readonly [Http2Server, PayloadChannel]> => {
    const server = createServer(options).on('stream', onStream);
    return [server, open(await listen(server))];
  };

  it('sends and receives any metadata', async () => {
    const [, channel] = await serve();
    const call = channel.caller(path);
    // Values of names that end in -bin are binary.
    const name = fc.stringMatching(/^x-[a-z0-9]{1,6}$/).filter((each) => !each.endsWith('-bin'));
    const value = fc.stringMatching(/^[!-~]([ -~]{0,60}[!-~])?$/);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value), async (metadata) => {
        const { trailers } = await call(Buffer.from('a'), { metadata });
        assert.deepEqual(Object.fromEntries(trailers), { ...metadata });
      }),
      { seed: 18, numRuns: 200 },
    );
  });

  it('respects small windows, frames and header tables of a server', async () => {
    const settings = { initialWindowSize: 100, headerTableSize: 0, maxFrameSize: 16_384 };
    const [, channel] = await serve({ settings });
    const body = Buffer.alloc(300_000, 7);
    const metadata = { 'x-long': 'y'.repeat(20_000) };
    const replies = await Promise.all([1, 2, 3].map(() => channel.caller(path)(body, { metadata })));
    for (const reply of replies) {
      assert.ok(reply.body.equals(body));
      assert.equal(reply.trailers.get('x-long'), metadata['x-long']);
    }
  });

  it('lets calls wait when the server accepts no more streams', async () => {
    let open = 0;
    let most = 0;
    const [, channel] = await serve({ settings: { maxConcurrentStreams: 3 } }, (stream, headers) => {
      most = Math.max(most, ++open);
      stream.on('close', () => open--);
      echo(stream, headers);
    });
    const call = channel.caller(path);
    await call(Buffer.from('first'));
    const aborted = new AbortController();
    const calls = Array.from({ length: 50 }, (_, index) => call(Buffer.from(`${index}`)));
    const last = call(Buffer.from('last'), { signal: aborted.signal });
    aborted.abort(new Error('no longer needed'));
    await assert.rejects(last, /no longer needed/);
    const replies = await Promise.all(calls);
    assert.deepEqual(
      replies.map(({ body }) => body.toString()),
      replies.map((_, index) => `${index}`),
    );
    assert.equal(most, 3);
  });

  it('opens another connection when the server closes one, and finishes its calls', async () => {
    let finish = (): void => undefined;
    const [server, channel] = await serve({}, (stream, headers) => {
      if (headers['x-wait'] === undefined) echo(stream, headers);
      else finish = () => echo(stream, headers);
    });
    const call = channel.caller(path);
    const slow = call(Buffer.from('slow'), { metadata: { 'x-wait': '1' } });
    await call(Buffer.from('first'));
    const [session] = sessionsOf.get(server) ?? [];
    session?.close();
    await waitFor('another connection', async () => {
      await call(Buffer.from('next'));
      return sessionsOf.get(server)?.length === 2 || undefined;
    });
    finish();
    assert.equal((await slow).body.toString(), 'slow');
  });

  it('fails the calls of a connection that breaks, and the next call connects again', async () => {
    const [server, channel] = await serve({}, (stream, headers) => {
      if (headers['x-wait'] === undefined) echo(stream, headers);
    });
    const call = channel.caller(path);
    const waiting = call(Buffer.from('a'), { metadata: { 'x-wait': '1' } });
    await call(Buffer.from('b'));
    sessionsOf.get(server)?.[0]?.destroy();
    await assert.rejects(waiting, (error) => error instanceof ParetoError && error.code === 'unavailable');
    assert.equal((await call(Buffer.from('c'))).body.toString(), 'c');
  });

  it('accepts a reply before the request was sent', async () => {
    const [, channel] = await serve({ settings: { initialWindowSize: 1000 } }, (stream) => {
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200, 'grpc-status': '8', 'grpc-message': 'too many' }, { endStream: true });
    });
    const rejected = channel.caller(path)(Buffer.alloc(1_000_000));
    await assert.rejects(rejected, (error) => error instanceof ParetoError && error.code === 'resource-exhausted');
  });

  it('reports a stream that the server resets', async () => {
    const [, channel] = await serve({}, (stream) => {
      stream.on('error', () => undefined);
      stream.close(11);
    });
    const error = await channel
      .caller(path)(Buffer.alloc(0))
      .catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ParetoError && isReset(error));
    assert.match(error.message, /reset the stream with ENHANCE_YOUR_CALM/);
  });

  it('counts replies in a budget while they arrive', async () => {
    const [sentBytes, length] = [500_000, 1_000_000];
    const head = Buffer.alloc(5);
    head.writeUInt32BE(length, 1);
    const port = await listen(
      createServer().on('stream', (stream: ServerHttp2Stream) => {
        stream.on('error', () => undefined).respond({ 'content-type': 'application/grpc' });
        stream.write(Buffer.concat([head, Buffer.alloc(sentBytes)]));
      }),
    );
    const bytes = createLimiter({ limits: { bufferedBytes: 4 * sentBytes } }).bytes;
    const call = open(port, { bytes }).caller(path);
    const cancelled = new AbortController();
    const replies = Array.from({ length: 3 }, () => call(Buffer.alloc(0), { signal: cancelled.signal }));
    const settled = Promise.allSettled(replies);
    await waitFor('the replies', () => (bytes.heldBytes >= 3 * sentBytes ? true : undefined));
    for (let more = 0; more < 2; more++)
      await assert.rejects(call(Buffer.alloc(0)), (error) => (error as ParetoError).code === 'resource-exhausted');
    cancelled.abort(new ParetoError('cancelled', 'enough'));
    await settled;
    assert.equal(bytes.heldBytes, 0);
  });

  describe('over TLS', () => {
    let ca: Buffer;
    let other: Buffer;
    let certificate: { readonly cert: Buffer; readonly key: Buffer };
    before(async () => {
      const authority = await createTestAuthority();
      const issued = await authority.issue({});
      ca = Buffer.from(issued.ca);
      other = Buffer.from((await (await createTestAuthority()).issue({})).ca);
      certificate = { cert: Buffer.from(issued.certificate), key: Buffer.from(issued.key) };
    });

    it('calls a server', async () => {
      const port = await listen(createSecureServer(certificate).on('stream', echo));
      const call = open(port, { tls: { source: constantSource({ ca }) } }).caller(path);
      for (const bytes of [0, 1000, 500_000]) {
        const body = Buffer.alloc(bytes, 7);
        assert.ok((await call(body)).body.equals(body));
      }
    });

    it('rejects a certificate of another authority', async () => {
      const port = await listen(createSecureServer(certificate).on('stream', echo));
      await assert.rejects(
        open(port, { tls: { source: constantSource({ ca: other }) } }).caller(path)(Buffer.alloc(0)),
        /failed: .*certificate/,
      );
    });

    it('rejects a server that does not speak HTTP/2', async () => {
      const server = createTlsServer({ ...certificate, ALPNProtocols: ['http/1.1'] });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      cleanUps.push(() => server.close());
      const { port } = server.address() as AddressInfo;
      await assert.rejects(
        open(port, { tls: { source: constantSource({ ca }) } }).caller(path)(Buffer.alloc(0)),
        (error) => error instanceof ParetoError && error.code === 'unavailable',
      );
    });
  });
});
