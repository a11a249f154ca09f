// Malformed input of a connection: it is accepted, or rejected with an error code, and what it costs is bounded.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clientPreface } from '../src/frames.js';
import { HpackEncoder } from '../src/hpack/encoder.js';
import { headerList, type HeaderList } from '../src/hpack/header-list.js';
import { http2Frame as frame } from '@pareto/testkit';
import { describeFrame, splitFrames } from './support/frame-bytes.js';
import {
  connectTestPeer,
  createTestConnection,
  recordStream,
  type RecordedStream,
  type TestConnection,
} from './support/test-connection.js';

const limits = { windowBytes: 1000, maxStreams: 5 };
const ids = Array.from({ length: 8 }, (_, index) => 2 * index + 1);
const head = headerList({ ':status': '200', 'content-type': 'application/grpc' });
const trailers = headerList({ 'grpc-status': '0' });
const request = headerList({ ':method': 'POST', ':scheme': 'http', ':path': '/a', te: 'trailers' });
const roles = ['client', 'server'] as const;
type Role = (typeof roles)[number];

function block(fields: HeaderList): Buffer {
  const encoder = new HpackEncoder();
  encoder.encode(headerList({}), fields.fields);
  return Buffer.from(encoder.block.subarray(0, encoder.length));
}
const blocks = [request, head, trailers].map(block);

/** Opens streams with data on a client. Their handlers keep what they receive. */
function openStreams({ connection }: TestConnection): readonly RecordedStream[] {
  return ids.map((id) => {
    const recorded = recordStream();
    recorded.consumes = false;
    recorded.stream = connection.open(recorded, request, ['x-id', `${id}`]);
    recorded.stream.sendPieces([Buffer.alloc(5), Buffer.alloc(10 * id)], true);
    return recorded;
  });
}

/** Returns the frames that a role receives in a conversation in which every call is answered. */
function conversation(role: Role): readonly Buffer[] {
  const client = createTestConnection('client', limits);
  const server = createTestConnection('server', { maxStreams: ids.length });
  openStreams(client);
  const sent = client.take();
  server.receive(sent);
  for (const { stream } of server.requests) {
    stream?.sendHeaders(head);
    stream?.sendPieces([Buffer.alloc(5), Buffer.alloc(100)]);
    stream?.sendTrailers(trailers, ['x-stream', `${stream.id}`]);
  }
  server.connection.ping(() => undefined);
  server.connection.drain();
  const bytes = role === 'server' ? sent.subarray(clientPreface.length) : server.take();
  return splitFrames(bytes).map(({ type, flags, streamId, payload }) => frame(type, flags, streamId, payload));
}
const conversations = { client: conversation('client'), server: conversation('server') };

/** Delivers bytes in chunks, and checks how the connection ends and what it keeps. */
function deliver(role: Role, test: TestConnection, opened: readonly RecordedStream[], chunks: readonly Buffer[]): void {
  const { connection, events, requests } = test;
  const isFailed = (): boolean => events.some((event) => event.startsWith('failed'));
  let received = 0;
  const written = [test.take()];
  for (const chunk of chunks) {
    test.receive(chunk);
    received += chunk.length;
    written.push(test.take());
    if (role === 'server') assert.ok(connection.streamCount <= limits.maxStreams);
    if (isFailed()) break;
  }
  if (isFailed()) {
    assert.match(lastFrameOf(Buffer.concat(written)), /^GOAWAY 0 0 /, events.join());
    test.receive(Buffer.alloc(100));
    assert.equal(test.take().length, 0, 'nothing is read or written after the failure');
  } else {
    for (const { stream } of requests) stream?.sendPieces([Buffer.alloc(5), Buffer.alloc(10)]);
    connection.onTransportClosed('the end');
  }
  assert.equal(connection.streamCount, 0);
  assert.ok(events.filter((event) => event.startsWith('failed')).length <= 1, events.join());
  const writtenBytes = written.reduce((sum, { length }) => sum + length, 0);
  assert.ok(writtenBytes <= 2 * received + 4000, `${writtenBytes} bytes answer ${received} bytes`);
  for (const each of [...requests, ...opened]) {
    const failures = each.events.filter((event) => event.startsWith('failed'));
    assert.ok(failures.length <= 1, each.events.join());
    const keptBytes = each.consumes ? 0 : each.received.length;
    assert.ok(keptBytes <= limits.windowBytes, `a stream keeps ${keptBytes} bytes`);
  }
}

function lastFrameOf(written: Buffer): string {
  const isPreface = written.toString('latin1', 0, clientPreface.length) === clientPreface;
  return (
    splitFrames(isPreface ? written.subarray(clientPreface.length) : written)
      .map(describeFrame)
      .at(-1) ?? ''
  );
}

/** Splits bytes into chunks of the given sizes, again and again. */
function split(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, count = 0; at < bytes.length; count++) {
    const end = at + (sizes[count % sizes.length] ?? 1);
    chunks.push(Buffer.from(bytes.subarray(at, end)));
    at = end;
  }
  return chunks;
}

describe('malformed frames', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 });

  it('are accepted or rejected when they are made up', () => {
    const anyId = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(2 ** 31 - 1, 2 ** 31 + 1));
    const anyFrame = fc.tuple(fc.nat(10), fc.nat(255), anyId, fc.uint8Array({ maxLength: 20 }));
    const id = fc.constantFrom(...ids);
    const word = fc.oneof(fc.nat(100), fc.constantFrom(2 ** 31 - 1, 2 ** 32 - 1)).map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    });
    const setting = fc
      .tuple(fc.constantFrom(1, 3, 4, 99), word)
      .map(([name, value]) => Buffer.concat([Buffer.from([0, name]), value]));
    const likely = fc.oneof(
      fc.tuple(fc.constant(0), fc.constantFrom(0, 0, 1), id, fc.uint8Array({ maxLength: 600 })),
      fc.tuple(fc.constant(1), fc.constantFrom(4, 4, 5), id, fc.constantFrom(...blocks)),
      fc.tuple(fc.constantFrom(3, 8), fc.constant(0), id, word),
      fc.tuple(fc.constant(4), fc.constant(0), fc.constant(0), setting),
      fc.tuple(fc.constant(6), fc.constantFrom(0, 1), fc.constant(0), fc.uint8Array({ minLength: 8, maxLength: 8 })),
      fc.tuple(fc.constant(7), fc.constant(0), fc.constant(0), fc.uint8Array({ minLength: 8, maxLength: 20 })),
    );
    const one = fc.oneof({ weight: 1, arbitrary: anyFrame }, { weight: 30, arbitrary: likely });
    const frames = fc.array(
      one.map(([type, flags, id, payload]) => frame(type, flags, id, payload)),
      { minLength: 1, maxLength: 60, size: 'max' },
    );
    fc.assert(
      fc.property(fc.constantFrom(...roles), frames, sizes, (role, list, chunks) => {
        const test = connectTestPeer(role, limits);
        const opened = role === 'client' ? openStreams(test) : [];
        const opening = role === 'client' ? [] : ids.map((stream) => frame(1, 4, stream, blocks[0]));
        deliver(role, test, opened, split(Buffer.concat([...opening, ...list]), chunks));
      }),
      { seed: 18, numRuns: 500 },
    );
  });

  it('are accepted or rejected when frames of a conversation are changed, lost, repeated or inserted', () => {
    const change = fc.record({
      kind: fc.constantFrom('change', 'change', 'shorten', 'lose', 'repeat', 'insert'),
      frame: fc.noBias(fc.nat()),
      byte: fc.noBias(fc.nat()),
      value: fc.noBias(fc.nat(255)),
    });
    const changes = fc.array(change, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...roles), changes, sizes, (role, list, chunks) => {
        const test = connectTestPeer(role, limits);
        const opened = role === 'client' ? openStreams(test) : [];
        const frames = [...conversations[role]];
        for (const { kind, frame: at, byte, value } of list) {
          const index = at % frames.length;
          const old = frames[index] ?? Buffer.alloc(0);
          const position = byte % old.length;
          const replaced = {
            change: [Buffer.concat([old.subarray(0, position), Buffer.from([value]), old.subarray(position + 1)])],
            shorten: [old.subarray(0, position)],
            lose: [],
            repeat: [old, old],
            insert: [frame(value % 11, byte % 256, at % 20), old],
          }[kind];
          frames.splice(index, 1, ...replaced);
        }
        deliver(role, test, opened, split(Buffer.concat(frames), chunks));
      }),
      { seed: 18, numRuns: 500 },
    );
  });
});
