// Requests whose handlers start before the rest of the message arrives, over frames.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import fc from 'fast-check';
import { ParetoError } from '@pareto/core';
import { createManualClock, waitFor, type ManualClock } from '@pareto/testkit';
import {
  createFrameChannel,
  createServer,
  encodeInferRequest,
  hasAllFields,
  isNotSent,
  joinFrames,
  payloadOf,
  rawUnary,
  streamWindowBytes,
  type Payload,
  type PayloadChannel,
  type PayloadReply,
  type RpcServer,
  type ServerCall,
} from '../../src/index.js';

const inferPath = '/inference.GRPCInferenceService/ModelInfer';
const kib = 1024;

/** Returns a query with one raw tensor for each of `sizes`. */
const query = (...sizes: readonly number[]): Buffer =>
  encodeInferRequest({
    modelName: 'digits',
    id: 'q1',
    parameters: [['latency_ms', 100]],
    inputs: sizes.map((bytes, index) => ({
      ...{ name: `x${index}`, datatype: 'UINT8', shape: [bytes], raw: Buffer.alloc(bytes, index + 1) },
    })),
  });

/** Returns a message in its frame. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

interface Started {
  readonly payload: Payload;
  readonly call: ServerCall;
  readonly answer: (outcome: Payload | ParetoError) => void;
}

interface Answer {
  readonly status: string;
  readonly message: string;
  readonly rstCode: number | undefined;
}

const received = ({ frames }: Payload): number => frames.reduce((sum, { length }) => sum + length, 0);

describe('requests that arrive while their handlers run', () => {
  let clock: ManualClock;
  let server: RpcServer;
  let session: ClientHttp2Session;
  let started: Started[];

  beforeEach(async () => {
    clock = createManualClock();
    started = [];
    server = createServer({ clock });
    const handler = (payload: Payload, call: ServerCall): Promise<Payload> =>
      new Promise((resolve, reject) => {
        const answer = (outcome: Payload | ParetoError): void =>
          outcome instanceof ParetoError ? reject(outcome) : resolve(outcome);
        started.push({ payload, call, answer });
      });
    server.add('inference.GRPCInferenceService', { modelInfer: rawUnary(handler, hasAllFields) });
    session = connect(`http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
    await once(session, 'connect');
  });
  afterEach(() => {
    session.destroy();
    server.close();
  });

  function request(): ClientHttp2Stream {
    const stream = session.request({ ':method': 'POST', ':path': inferPath, 'content-type': 'application/grpc' });
    stream.on('error', () => undefined);
    return stream;
  }
  async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
    let fields: IncomingHttpHeaders = {};
    const read = (headers: IncomingHttpHeaders): void => void (fields = { ...fields, ...headers });
    stream.on('response', read);
    stream.on('trailers', read);
    stream.resume();
    await once(stream, 'close');
    const message = decodeURI(String(fields['grpc-message']));
    return { status: String(fields['grpc-status']), message, rstCode: stream.rstCode };
  }
  const nextStarted = (count = 1): Promise<Started> => waitFor('the handler', () => started[count - 1]);
  /** Sends a small query, and answers it, so that all that was sent before has arrived. */
  async function roundTrip(): Promise<void> {
    const stream = request();
    const count = started.length + 1;
    stream.end(framed(query(8)));
    const { answer } = await nextStarted(count);
    answer(payloadOf(Buffer.from('ok')));
    assert.equal((await answerOf(stream)).status, '0');
    started.splice(count - 1, 1);
  }

  it('are passed on as they come', async () => {
    const message = query(300 * kib);
    const bytes = framed(message);
    const stream = request();
    stream.write(bytes.subarray(0, 100 * kib));
    const { payload, answer } = await nextStarted();
    assert.equal(payload.length, message.length);
    assert.ok(received(payload) < 101 * kib);
    const { rest } = payload;
    assert.ok(rest);
    stream.end(bytes.subarray(100 * kib));
    await rest.whole();
    assert.equal(payload.rest, undefined);
    assert.ok(joinFrames(payload.frames).equals(message));
    answer(payloadOf(Buffer.from('ok')));
    assert.equal((await answerOf(stream)).status, '0');
  });

  it('must be whole if their fields come in another order, or a large tensor is not the last one', async () => {
    const tensor = Buffer.concat([Buffer.from([0x3a, 0x80, 0x80, 0x06]), Buffer.alloc(96 * kib)]);
    const reordered = Buffer.concat([tensor, query()]);
    for (const message of [reordered, query(100 * kib, 100 * kib), query(50 * kib)]) {
      const stream = request();
      const bytes = framed(message);
      stream.write(bytes.subarray(0, bytes.length - 1));
      await roundTrip();
      assert.deepEqual(started, []);
      stream.end(bytes.subarray(bytes.length - 1));
      const { payload, answer } = await nextStarted();
      assert.equal(payload.rest, undefined);
      assert.ok(joinFrames(payload.frames).equals(message));
      answer(payloadOf(Buffer.from('ok')));
      assert.equal((await answerOf(stream)).status, '0');
      started.length = 0;
    }
  });

  it('are rejected before their end, with a status and without an error of HTTP/2', async () => {
    const stream = request();
    const answer = answerOf(stream);
    stream.write(framed(query(300 * kib)).subarray(0, 70 * kib));
    (await nextStarted()).answer(new ParetoError('not-found', 'no such model'));
    assert.deepEqual(await answer, { status: '5', message: 'no such model', rstCode: 0 });
  });

  it('get no larger window until they are passed on, while others are served', async () => {
    const stream = request();
    const bytes = framed(query(3 * streamWindowBytes));
    stream.end(bytes);
    const { payload, answer } = await nextStarted();
    await waitFor('a full window', () => received(payload) + 5 === streamWindowBytes || undefined);
    await roundTrip();
    assert.equal(received(payload) + 5, streamWindowBytes);
    await clock.advance(60_000);
    payload.rest?.passed(received(payload));
    await waitFor('another window', () => received(payload) + 5 === 2 * streamWindowBytes || undefined);
    await payload.rest?.whole();
    assert.ok(joinFrames(payload.frames).equals(bytes.subarray(5)));
    answer(payloadOf(Buffer.from('ok')));
    assert.equal((await answerOf(stream)).status, '0');
  });

  it('end when their client stalls although it may send', async () => {
    const stream = request();
    const answer = answerOf(stream);
    stream.write(framed(query(300 * kib)).subarray(0, 70 * kib));
    const { call } = await nextStarted();
    await clock.advance(60_000);
    const { status, message } = await answer;
    assert.equal(status, '8');
    assert.match(message, /--stall-timeout-ms/);
    assert.equal(call.cancellation.aborted, true);
  });

  it('cancel their handlers when the client cancels', async () => {
    const stream = request();
    stream.write(framed(query(300 * kib)).subarray(0, 70 * kib));
    const { call } = await nextStarted();
    stream.close(8);
    await waitFor('the cancellation', () => call.cancellation.aborted || undefined);
  });

  for (const [name, change, text] of [
    ['short', -1, /^Received no request message/],
    ['long', 1, /^Received a second request message/],
  ] as const)
    it(`are rejected if they are too ${name}, and never whole`, async () => {
      const bytes = Buffer.concat([framed(query(300 * kib)), Buffer.alloc(1)]);
      const stream = request();
      const answer = answerOf(stream);
      stream.write(bytes.subarray(0, 100 * kib));
      const { payload, call } = await nextStarted();
      let isWhole = false;
      payload.rest?.follow({ onMore: () => (isWhole = payload.rest === undefined) });
      stream.end(bytes.subarray(100 * kib, bytes.length - 1 + change));
      const { status, message } = await answer;
      assert.equal(status, '12');
      assert.match(message, text);
      assert.deepEqual([isWhole, call.cancellation.aborted], [false, true]);
    });

  it('must be whole on a connection whose last one was late, until one is fast', async () => {
    const bytes = framed(query(100 * kib));
    async function send(isEarly: boolean, waitMs: number): Promise<void> {
      const stream = request();
      stream.write(bytes.subarray(0, 70 * kib));
      if (isEarly) await nextStarted();
      else await roundTrip();
      let lateCount = 0;
      started[0]?.payload.rest?.onLate(() => lateCount++);
      await clock.advance(waitMs);
      assert.equal(lateCount, isEarly && waitMs > 102 ? 1 : 0);
      stream.end(bytes.subarray(70 * kib));
      const { payload, answer } = await nextStarted();
      await payload.rest?.whole();
      answer(payloadOf(Buffer.from('ok')));
      assert.equal((await answerOf(stream)).status, '0');
      started.length = 0;
    }
    await send(true, 10);
    await send(true, 103);
    await send(false, 103);
    await send(false, 10);
    await send(true, 10);
  });
});

describe('requests that are sent while they arrive', () => {
  const cleanUps: (() => void)[] = [];
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) cleanUp();
  });

  async function serve(handler: (payload: Payload, call: ServerCall) => Promise<Payload>, isEarly = false) {
    const server = createServer();
    cleanUps.push(() => server.close());
    server.add('inference.GRPCInferenceService', { modelInfer: rawUnary(handler, isEarly ? hasAllFields : undefined) });
    const address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
    return { server, address };
  }
  function open(address: string): PayloadChannel {
    const channel = createFrameChannel(address);
    cleanUps.push(() => channel.close());
    return channel;
  }
  function pass(channel: PayloadChannel, payload: Payload, call: ServerCall): Promise<Payload> {
    return new Promise((resolve, reject) => {
      const done = (outcome: PayloadReply | ParetoError): void =>
        outcome instanceof ParetoError ? reject(outcome) : resolve(outcome.payload);
      const cancel = channel.payloadCall(inferPath)(payload, {}, done);
      call.cancellation.addEventListener('abort', cancel);
    });
  }
  function connectTo(address: string): ClientHttp2Session {
    // Many small parts need more memory than this client allows by default.
    const session = connect(`http://${address}`, { maxSessionMemory: 1000 });
    session.on('error', () => undefined);
    cleanUps.push(() => session.destroy());
    return session;
  }
  function request(session: ClientHttp2Session): ClientHttp2Stream {
    const stream = session.request({ ':method': 'POST', ':path': inferPath, 'content-type': 'application/grpc' });
    stream.on('error', () => undefined);
    return stream;
  }

  it('have the same bytes, in whatever parts they arrive', async function () {
    this.timeout(60_000);
    const echo = await serve(async (payload) => payload);
    const channel = open(echo.address);
    let early = 0;
    const front = await serve((payload, call) => {
      if (payload.rest !== undefined) early++;
      return pass(channel, payload, call);
    }, true);
    const session = connectTo(front.address);
    await once(session, 'connect');
    session.setLocalWindowSize(64 * 1024 * kib);
    const call = fc.record({
      sizes: fc.array(fc.integer({ min: 0, max: 400 * kib }), { minLength: 1, maxLength: 3 }),
      parts: fc.array(fc.integer({ min: 1, max: 100 * kib }), { minLength: 1, maxLength: 8 }),
      pauses: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
      isCancelled: fc.boolean(),
    });
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), (calls) =>
        Promise.all(
          calls.map(async ({ sizes, parts, pauses, isCancelled }) => {
            const bytes = framed(query(...sizes));
            const stream = request(session);
            const chunks: Buffer[] = [];
            stream.on('data', (chunk: Buffer) => chunks.push(chunk));
            const closed = once(stream, 'close');
            for (let at = 0, part = 0; at < bytes.length; part++) {
              const size = parts[part % parts.length] ?? 1;
              stream.write(bytes.subarray(at, at + size));
              at += size;
              if (pauses[part % pauses.length] === true) await turn();
              if (isCancelled && at > bytes.length / 2) return stream.close(8);
            }
            stream.end();
            await closed;
            assert.ok(Buffer.concat(chunks).equals(bytes));
          }),
        ).then(() => undefined),
      ),
      { seed: 18, numRuns: 40 },
    );
    assert.ok(early > 0);
  });

  it('were not sent if the connection is lost before their end', async () => {
    let hasStarted = false;
    const { server, address } = await serve(async (payload) => payload);
    const channel = open(address);
    await channel.caller(inferPath)(query(8));
    let failure: unknown;
    const front = await serve((payload, call) => {
      hasStarted = true;
      return pass(channel, payload, call).catch((error: unknown) => {
        failure = error;
        throw error;
      });
    }, true);
    const stream = request(connectTo(front.address));
    stream.write(framed(query(300 * kib)).subarray(0, 100 * kib));
    await waitFor('the handler', () => hasStarted || undefined);
    server.close();
    await waitFor('the failure', () => failure);
    assert.equal(isNotSent(failure), true);
  });
});
