import assert from 'node:assert/strict';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { createManualClock, waitFor } from '@pareto/testkit';
import { joinSlices, payloadOf, type Payload } from '@pareto/protocol';
import { createLimiter, createServer, rawUnary, type RpcServer } from '../../src/index.js';

const path = '/inference.GRPCInferenceService/ModelInfer';

/** Returns a request with this model name in its frame. */
function frame(text: string, flag = 0): Buffer {
  const head = Buffer.from([flag, 0, 0, 0, text.length + 2, 0x0a, text.length]);
  return Buffer.concat([head, Buffer.from(text)]);
}

interface Answer {
  readonly head: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders;
}

describe('unary calls of encoded messages', () => {
  let server: RpcServer;
  let session: ClientHttp2Session;
  let started = 0;
  let cancelled: unknown;

  beforeEach(async () => {
    started = 0;
    cancelled = undefined;
    server = createServer({ limiter: createLimiter({ limits: { messageBytes: 100_000 } }) });
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async (body, call) => {
        started++;
        const text = joinSlices(body.slices).subarray(2).toString();
        if (text === 'large') return payloadOf(Buffer.alloc(200_000));
        if (text === 'bug') throw new Error('secret');
        if (text === 'left') return payloadOf(Buffer.from(String(Math.ceil((call.remainingMs() ?? NaN) / 1000))));
        if (text === 'wait') {
          await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
          cancelled = call.signal.reason;
        }
        return body;
      }),
    });
    session = connect(`http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
  });
  afterEach(() => {
    session.destroy();
    server.close();
  });

  const request = (headers: OutgoingHttpHeaders = {}) =>
    session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', ...headers });
  async function ask(parts: readonly Buffer[], headers?: OutgoingHttpHeaders): Promise<Answer> {
    const stream = request(headers);
    let [head, trailers]: IncomingHttpHeaders[] = [{}, {}];
    const chunks: Buffer[] = [];
    stream.on('response', (received) => (head = received));
    stream.on('trailers', (received: IncomingHttpHeaders) => (trailers = received));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    const closed = new Promise((resolve) => stream.on('close', resolve));
    for (const part of parts) stream.write(part);
    stream.end();
    await closed;
    return { head: head ?? {}, body: Buffer.concat(chunks), trailers: trailers ?? {} };
  }
  const statusOf = ({ head, trailers }: Answer): string =>
    `${String(trailers['grpc-status'] ?? head['grpc-status'])} ${decodeURI(String(trailers['grpc-message'] ?? head['grpc-message']))}`;

  it('accept a message in any parts', async () => {
    const bytes = frame('hello');
    for (const parts of [[bytes], [bytes.subarray(0, 2), bytes.subarray(2, 7), bytes.subarray(7)]]) {
      const answer = await ask(parts);
      assert.ok(answer.body.equals(bytes));
      assert.equal(statusOf(answer), '0 OK');
      assert.equal(answer.head['content-type'], 'application/grpc+proto');
    }
  });
  it('reject a request that is not one message, before the handler', async () => {
    assert.match(statusOf(await ask([])), /^12 .*no request message/);
    assert.match(statusOf(await ask([frame('cut').subarray(0, 9)])), /^12 .*no request message/);
    assert.match(statusOf(await ask([frame('a'), frame('b')])), /^12 .*second request message/);
    assert.equal(started, 0);
    assert.match(statusOf(await ask([frame('a', 1)])), /^12 .*compressed/);
  });
  it('reject other content and wrong deadlines', async () => {
    assert.equal((await ask([frame('a')], { 'content-type': 'text/plain' })).head[':status'], 415);
    assert.match(statusOf(await ask([frame('a')], { 'grpc-timeout': 'soon' })), /^3 .*grpc-timeout/);
    assert.equal(started, 0);
  });
  it('pass the deadline to the handler, and end with it', async () => {
    assert.equal((await ask([frame('left')], { 'grpc-timeout': '20S' })).body.subarray(5).toString(), '20');
    assert.match(statusOf(await ask([frame('wait')], { 'grpc-timeout': '50m' })), /^4 /);
    await waitFor('the handler to end', () => cancelled);
    assert.match(String(cancelled), /deadline/);
  });
  it('abort the handler if the caller cancels', async () => {
    const stream = request();
    stream.on('error', () => undefined);
    stream.end(frame('wait'));
    await waitFor('the handler', () => started || undefined);
    stream.close(8);
    await waitFor('the handler to end', () => cancelled);
    assert.match(String(cancelled), /the caller cancelled/);
  });
  it('send the status of an error without the text of defects', async () => {
    assert.match(statusOf(await ask([frame('bug')])), /^13 internal error/);
    assert.match(statusOf(await ask([frame('large')])), /^8 Sent message larger than max .*--max-message-bytes/);
  });
  it('finish while the server drains', async () => {
    const stream = request({ 'grpc-timeout': '300m' });
    stream.end(frame('wait'));
    const status = new Promise((resolve) => stream.on('response', (head) => resolve(head['grpc-status'])));
    stream.on('error', () => undefined).resume();
    await waitFor('the handler', () => started || undefined);
    await Promise.all([server.drain(5_000), sleep(10)]);
    assert.equal(await status, '4');
  });

  it('keep their connection, which closes when it was idle', async () => {
    const clock = createManualClock();
    const other = createServer({ clock, maxConnectionIdleMs: 60_000 });
    let finish = (_reply: Payload): void => undefined;
    const answer = rawUnary(() => {
      started++;
      return new Promise((resolve) => (finish = resolve));
    });
    other.add('inference.GRPCInferenceService', { modelInfer: answer });
    session.destroy();
    session = connect(`http://127.0.0.1:${await other.listen('127.0.0.1', 0)}`);
    const answered = ask([frame('a')]);
    await waitFor('the handler', () => started || undefined);
    await clock.advance(200_000);
    finish(payloadOf(Buffer.from('late')));
    assert.equal((await answered).body.subarray(5).toString(), 'late');
    assert.equal(session.closed, false);
    await clock.advance(120_000);
    await waitFor('the end of the connection', () => session.closed || undefined);
    other.close();
  });
});
