import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { systemClock, type Clock, type ParetoError } from '@pareto/core';
import { type Limits } from '@pareto/protocol';
import { createLimiter } from '@pareto/rpc';
import { readBody, type BodyOptions } from '../../../src/http/body/read-body.js';
import { errorReply } from '../../../src/http/reply/status.js';

describe('readBody', () => {
  const server = createServer();
  let socket: Socket;
  before((done) => void server.listen(0, '127.0.0.1', done));
  after(() => void server.close());
  afterEach(() => void socket.destroy());

  /** Sends the head of a request. Tests write the rest to `socket`. */
  const requestOf = (...lines: readonly string[]): Promise<IncomingMessage> =>
    new Promise((resolve) => {
      server.once('request', resolve);
      socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
      socket.write(['POST / HTTP/1.1', 'host: x', ...lines, '', ''].join('\r\n'));
    });

  /** Returns the options of a call, under limits other than the defaults. */
  function optionsFor(limits: Partial<Limits> = {}, clock: Clock = systemClock): BodyOptions {
    const limiter = createLimiter({
      limits: { messageBytes: 1000, ...limits },
      clock,
    });
    const cutter = new AbortController();
    const bytes = limiter.bytes.open({}, (error) => cutter.abort(error));
    return { limiter, limit: 'messageBytes', bytes, cut: cutter.signal, clock };
  }

  it('joins a body that arrives in parts', async () => {
    const request = await requestOf('content-length: 6');
    const body = readBody(request, optionsFor());
    socket.write('abc');
    socket.write('def');
    const whole = await body;
    assert.equal(whole.join(1, whole.length).toString(), 'bcdef');
  });

  it('merges a body of many small parts into few', async () => {
    const request = await requestOf('transfer-encoding: chunked');
    const body = readBody(request, optionsFor({ messageBytes: 100_000, chunkBytes: 1 }));
    const sent = Array.from({ length: 5000 }, (_, i) => i % 256);
    socket.write(sent.map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join(''), 'latin1');
    socket.write('0\r\nx-trailer: 1\r\n\r\n');
    const whole = await body;
    assert.deepEqual([...whole.join(0, whole.length)], sent);
    assert.ok(whole.slice(0, whole.length).length < 20);
  });

  it('rejects a large body while the byte budget is exhausted', async () => {
    const request = await requestOf('content-length: 400000');
    socket.write(Buffer.alloc(400_000));
    const isTooBusy = ({ code, details }: ParetoError): boolean =>
      code === 'resource-exhausted' && details['pareto-limit'] === 'buffered-bytes';
    await assert.rejects(readBody(request, optionsFor({ bufferedBytes: 300_000, messageBytes: 1e6 })), isTooBusy);
  });

  it('rejects a body that stalls', async () => {
    const request = await requestOf('content-length: 6');
    socket.write('abc');
    const isTimeout = (error: ParetoError): boolean => errorReply(error).status === 408;
    await assert.rejects(readBody(request, optionsFor({ stallMs: 50 })), isTimeout);
  });

  it('rejects a body of too many small chunks, and accepts as many larger ones', async () => {
    const read = async (chunk: string): Promise<number> => {
      const request = await requestOf('transfer-encoding: chunked');
      const body = readBody(request, optionsFor({ messageBytes: 100_000, chunkBytes: 64 }));
      socket.write(`${chunk.repeat(1_025)}0\r\n\r\n`);
      return body.then(({ length }) => length).finally(() => socket.destroy());
    };
    const isTooSmall = ({ code, details }: ParetoError): boolean =>
      code === 'invalid-argument' && details['pareto-limit'] === 'chunk-bytes';
    await assert.rejects(read(`3f\r\n${'a'.repeat(63)}\r\n`), isTooSmall);
    assert.equal(await read(`46\r\n${'a'.repeat(70)}\r\n`), 1_025 * 70);
  });

  it('rejects when the caller disconnects', async () => {
    const request = await requestOf('content-length: 6');
    const body = readBody(request, optionsFor());
    socket.destroy();
    await assert.rejects(body, (error: ParetoError) => error.code === 'cancelled');
  });

  it('rejects when the caller of a compressed body disconnects', async () => {
    const request = await requestOf('content-length: 60', 'content-encoding: gzip');
    const body = readBody(request, optionsFor());
    socket.write(gzipSync('abc').subarray(0, 10));
    socket.destroy();
    await assert.rejects(body);
  });

  it('stops inflating at the size limit', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const request = await requestOf(`content-length: ${bomb.length}`, 'content-encoding: gzip');
    socket.write(bomb);
    const isTooLarge = (error: ParetoError): boolean => errorReply(error).status === 413;
    await assert.rejects(readBody(request, optionsFor({ messageBytes: 100_000 })), isTooLarge);
  });
});
