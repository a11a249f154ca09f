import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FrameStream } from '../src/frame-stream.js';
import type { StreamHandler } from '../src/stream-handler.js';
import { headerList } from '../src/hpack/header-list.js';
import { errorCodes } from '../src/http2-errors.js';
import {
  createTestConnection,
  recordStream,
  type TestConnection,
  type TestOptions,
} from './support/test-connection.js';

const head = headerList({ ':status': '200', 'content-type': 'application/grpc' });
const trailers = headerList({ 'grpc-status': '0' });
const request = headerList({ ':method': 'POST', ':scheme': 'http', ':path': '/echo', te: 'trailers' });

/** Sends data back as it arrives, and returns the window when it was sent. */
function echo(stream: FrameStream): StreamHandler {
  return {
    onHeaders: () => undefined,
    onData(chunk, from, to) {
      if (stream.sendPieces([chunk.subarray(from, to)])) stream.consumed(to - from);
    },
    onEnd: () => stream.sendTrailers(trailers, ['x-stream', String(stream.id)]),
    onSent: (bytes) => stream.consumed(bytes),
    onFailed: () => undefined,
  };
}

/** Moves what both sides write, in chunks of the given sizes, until neither writes more. */
function settle(sides: readonly [TestConnection, TestConnection], sizes: readonly number[]): void {
  let count = 0;
  for (let isIdle = false; !isIdle;) {
    isIdle = true;
    for (const [index, side] of sides.entries()) {
      const bytes = side.take();
      const other = sides[1 - index];
      for (let at = 0; at < bytes.length;) {
        const size = sizes[count++ % sizes.length] ?? 1;
        other?.receive(Buffer.from(bytes.subarray(at, at + size)));
        at += size;
        isIdle = false;
      }
    }
  }
}

function connectPair(options: TestOptions = {}): readonly [TestConnection, TestConnection] {
  const client = createTestConnection('client', options);
  const server = createTestConnection('server', { maxStreams: 200, ...options });
  settle([client, server], [1000]);
  return [client, server];
}

/** Installs the echo on every request that has arrived without one. */
function answer(server: TestConnection): void {
  for (const recorded of server.requests) {
    const { stream } = recorded;
    if (stream?.handler === recorded) Object.assign(recorded, echo(stream));
  }
}

describe('a client and a server of frames', () => {
  it('exchange messages of any size in chunks of any size, without mixing them up', () => {
    const call = fc.record({
      sizes: fc.array(fc.oneof(fc.nat(100), fc.nat(50_000)), { minLength: 1, maxLength: 4 }),
      isCancelled: fc.boolean(),
    });
    const options = fc.record({
      windowBytes: fc.constantFrom(1000, 65_535, 200_000),
      connectionWindowBytes: fc.constantFrom(65_535, 300_000),
      maxFrameBytes: fc.constantFrom(16_384, 100_000),
    });
    fc.assert(
      fc.property(
        options,
        fc.array(call, { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1 }),
        (chosen, calls, chunkSizes) => {
          const [client, server] = connectPair(chosen);
          const open = calls.map(({ sizes, isCancelled }, index) => {
            const recorded = recordStream();
            const stream = client.connection.open(recorded, request, ['x-index', String(index)]);
            recorded.stream = stream;
            const parts = sizes.map((size) => Buffer.alloc(size, index + 1));
            return { recorded, stream, parts, isCancelled };
          });
          settle([client, server], chunkSizes);
          for (const { stream } of server.requests) stream?.sendHeaders(head);
          answer(server);
          for (let part = 0; part < 4; part++) {
            for (const { stream, parts } of open) {
              const data = parts[part];
              if (data !== undefined) stream.sendPieces([data], part === parts.length - 1);
            }
            if (part === 1) settle([client, server], chunkSizes);
            for (const { stream, isCancelled } of open) if (isCancelled && part === 1) stream.reset(errorCodes.cancel);
          }
          settle([client, server], chunkSizes);
          for (const [index, { recorded, parts, isCancelled }] of open.entries()) {
            if (isCancelled && !recorded.events.some((event) => event.startsWith('end'))) continue;
            assert.ok(recorded.received.equals(Buffer.concat(parts)), `call ${index}`);
            assert.deepEqual(recorded.events, [
              'headers :status 200 content-type application/grpc',
              `end grpc-status 0 x-stream ${index * 2 + 1}`,
            ]);
          }
          assert.deepEqual([client.connection.streamCount, server.connection.streamCount], [0, 0]);
          assert.deepEqual([...client.events, ...server.events], []);
        },
      ),
      { seed: 18, numRuns: 60 },
    );
  });

  it('are not delayed by streams whose data is not consumed', () => {
    const [client, server] = connectPair({ windowBytes: 200_000, connectionWindowBytes: 300_000 });
    const open = Array.from({ length: 20 }, () => {
      const recorded = recordStream();
      const stream = client.connection.open(recorded, request);
      recorded.stream = stream;
      return { recorded, stream };
    });
    settle([client, server], [20_000]);
    // All but the last stream keep what they receive.
    for (const recorded of server.requests.slice(0, -1)) recorded.consumes = false;
    for (const { stream } of open) stream.sendPieces([Buffer.alloc(500_000)], true);
    settle([client, server], [20_000]);
    assert.deepEqual(server.requests.at(-1)?.events, ['end']);
    for (const { received } of server.requests.slice(0, -1)) assert.equal(received.length, 200_000);
    for (const { stream } of server.requests) stream?.consumed(200_000);
    settle([client, server], [20_000]);
    for (const recorded of server.requests) recorded.stream?.consumed(200_000);
    settle([client, server], [20_000]);
    for (const { events } of server.requests) assert.deepEqual(events, ['end']);
  });
});
