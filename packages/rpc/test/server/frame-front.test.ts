// The server over frames: what its handlers get, and what its clients do to each other.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { waitFor } from '@pareto/testkit';
import { payloadOf } from '@pareto/protocol';
import {
  createLimiter,
  createServer,
  rawUnary,
  type Limiter,
  type RpcServer,
  type ServerCall,
} from '../../src/index.js';

const inferPath = '/inference.GRPCInferenceService/ModelInfer';
const mib = 1024 * 1024;

/** Returns a message in its frame. */
const framed = (message: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

/** Returns the data of a field, as a message in its frame. */
const message = (tag: number, data: Buffer): Buffer => {
  const { length } = data;
  return framed(
    Buffer.concat([Buffer.from([tag, (length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14]), data]),
  );
};
/** Returns a query with one raw tensor. */
const query = (bytes: number): Buffer => message(0x3a, Buffer.alloc(bytes));
const upload = (bytes: number): Buffer => message(0x22, Buffer.alloc(bytes));

describe('a server over frames', () => {
  let server: RpcServer;
  let limiter: Limiter;
  let session: ClientHttp2Session;
  let received: number;
  let lastCall: ServerCall | undefined;
  let next: (() => void) | undefined;

  beforeEach(async () => {
    received = 0;
    lastCall = next = undefined;
    limiter = createLimiter();
    server = createServer({ limiter });
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async (body) => payloadOf(Buffer.alloc(body.length > 100 ? 8 * mib : 1))),
    });
    server.add('pareto.v1.Blobs', {
      /** Reads one message for each call of `next`. */
      async upload(messages, call) {
        lastCall = call;
        for await (const { data } of messages) {
          received += data.length;
          await new Promise<void>((resolve) => (next = resolve));
        }
        return { sizeBytes: received };
      },
      download: async function* (_request, call) {
        lastCall = call;
        for (let index = 0; index < 1000; index++) yield { data: Buffer.alloc(100_000) };
      },
    });
    session = connect(`http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
    session.on('error', () => undefined);
    await once(session, 'connect');
    // What one stream does not read would otherwise fill the window of all.
    session.setLocalWindowSize(16 * mib);
  });
  afterEach(() => {
    session.destroy();
    server.close();
  });

  function request(path: string, headers: Readonly<Record<string, string>> = {}): ClientHttp2Stream {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      ...headers,
    });
    stream.on('error', () => undefined);
    return stream;
  }
  /** Ends a request, and resolves with the status of its reply. */
  async function finish(stream: ClientHttp2Stream, body: Buffer): Promise<unknown> {
    let status: unknown;
    stream.on('response', (headers) => (status ??= headers['grpc-status']));
    stream.on('trailers', (headers: Record<string, unknown>) => (status = headers['grpc-status']));
    stream.resume().end(body);
    await once(stream, 'close');
    return status;
  }
  it('keeps the rest of a stream back while its handler does not read, and answers others', async () => {
    const stream = request('/pareto.v1.Blobs/Upload');
    const sent = Array.from({ length: 50 }, () => upload(100_000));
    const finished = finish(stream, Buffer.concat(sent));
    await waitFor('the first message', () => next);
    assert.equal(await finish(request(inferPath), query(1)), '0');
    assert.equal(received, 100_000);
    assert.ok(stream.writableLength > 2 * mib, `${stream.writableLength} bytes wait at the client`);
    for (let read = 1; read <= 50; read++) {
      await waitFor('a message', () => (received === read * 100_000 ? next : undefined));
      const resume = next;
      next = undefined;
      resume?.();
    }
    assert.equal(await finished, '0');
  });

  it('keeps the rest of a stream of empty messages back, and counts those that wait', async () => {
    const stream = request('/pareto.v1.Blobs/Upload');
    const count = 400_000;
    stream.end(Buffer.concat(Array.from({ length: count }, () => framed(Buffer.alloc(0)))));
    await waitFor('the first message', () => next);
    assert.equal(await finish(request(inferPath), query(1)), '0');
    assert.ok(stream.writableLength > mib / 2, `${stream.writableLength} bytes wait at the client`);
    assert.ok(limiter.bytes.heldBytes > mib / 16, `${limiter.bytes.heldBytes} bytes are counted`);
    stream.close(8);
    await waitFor('the end', () => limiter.bytes.heldBytes === 0 || undefined);
  });

  it('answers calls while another reply, or stream, is not read', async () => {
    const slow = request(inferPath);
    slow.end(query(1000));
    const stream = request('/pareto.v1.Blobs/Download');
    stream.end(framed(Buffer.alloc(0)));
    await Promise.all([once(slow, 'response'), once(stream, 'response')]);
    for (let count = 0; count < 20; count++) assert.equal(await finish(request(inferPath), query(1)), '0');
  });

  it('aborts the handlers of streams that are reset, and of connections that close', async () => {
    for (const end of [(stream: ClientHttp2Stream) => stream.close(8), () => session.destroy()]) {
      lastCall = undefined;
      const stream = request('/pareto.v1.Blobs/Download');
      stream.end(framed(Buffer.alloc(0)));
      const call = await waitFor('the call', () => lastCall);
      assert.equal(call.signal.aborted, false);
      end(stream);
      await waitFor('the end', () => call.signal.aborted || undefined);
    }
  });

  it('passes headers on as they are', async () => {
    const own = { __proto__x: 'a', constructor: 'b', 'x-bin': 'AAAA' };
    const stream = request('/pareto.v1.Blobs/Upload', own);
    stream.write(upload(100_000));
    const { metadata, peer } = await waitFor('the call', () => lastCall);
    assert.deepEqual(
      [metadata.get('__proto__x'), metadata.get('constructor'), metadata.get('x-bin')],
      ['a', 'b', undefined],
    );
    assert.match(peer, /^127\.0\.0\.1:\d+$/);
    stream.close(8);
  });
});
