import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FrameReader, type FrameHandler, type FrameReaderOptions } from '../src/frame-reader.js';
import { clientPreface } from '../src/frames.js';
import { ConnectionError, errorCodes } from '../src/http2-errors.js';
import { http2Frame as frame } from '@pareto/testkit';

/** Records frames as text. The parts of the data of one frame are joined. */
function recordFrames(options: Partial<FrameReaderOptions> = {}, maxEvents = Infinity) {
  const events: string[] = [];
  const slices: Buffer[] = [];
  let data = '';
  const handler: FrameHandler = {
    onDataHead: (id, length) => void (data = `data ${id} ${length}: `),
    onData(chunk, from, to) {
      slices.push(chunk.subarray(from, to));
      data += chunk.toString('hex', from, to);
    },
    onDataEnd: (isEnd) => void events.push(`${data}${isEnd ? ' end' : ''}`),
    onHeaderBlock: (id, block, from, to, isEnd) =>
      void events.push(`headers ${id}: ${block.toString('hex', from, to)}${isEnd ? ' end' : ''}`),
    onPriority: (id) => void events.push(`priority ${id}`),
    onSelfDependency: (id) => void events.push(`self-dependent ${id}`),
    onRstStream: (id, code) => void events.push(`reset ${id} ${code}`),
    onSettings: (isAck, payload, from, to) =>
      void events.push(`settings${isAck ? ' ack' : ''} ${payload.toString('hex', from, to)}`),
    onPing: (isAck, payload, from) =>
      void events.push(`ping${isAck ? ' ack' : ''} ${payload.toString('hex', from, from + 8)}`),
    onGoAway: (id, code, text) => void events.push(`goaway ${id} ${code} ${text}`),
    onWindowUpdate: (id, increment) => void events.push(`window ${id} ${increment}`),
    onUnknown: () => void events.push('unknown'),
    isFull: () => events.length >= maxEvents,
  };
  const reader = new FrameReader(handler, {
    expectsPreface: false,
    maxFrameBytes: 16_384,
    maxBlockBytes: 1000,
    ...options,
  });
  if (options.expectsPreface !== true) reader.read(frame(4, 0, 0));
  events.length = 0;
  return { events, slices, reader };
}

const frames: readonly (readonly [bytes: Buffer, event: string])[] = [
  [frame(4, 0, 0, '0003 00000064'), 'settings 000300000064'],
  [frame(4, 1, 0), 'settings ack '],
  [frame(1, 4, 1, '828684'), 'headers 1: 828684'],
  [frame(1, 5, 3, '82'), 'headers 3: 82 end'],
  [frame(1, 4 | 8 | 32, 5, '02 80000003 10 8286 0000'), 'headers 5: 8286'],
  [frame(1, 4, 7), 'headers 7: '],
  [Buffer.concat([frame(1, 1, 9, '82'), frame(9, 0, 9), frame(9, 4, 9, '8684')]), 'headers 9: 828684 end'],
  [frame(0, 0, 1, 'aabbcc'), 'data 1 3: aabbcc'],
  [frame(0, 1, 1), 'data 1 0:  end'],
  [frame(0, 9, 1, '03 aabb 000000'), 'data 1 6: aabb end'],
  [frame(0, 8, 1, '02 0000'), 'data 1 3: '],
  [frame(0, 8, 1, '00'), 'data 1 1: '],
  [frame(2, 0, 11, '00000001 00'), 'priority 11'],
  [frame(2, 0, 3, '00000003 00'), 'self-dependent 3'],
  [frame(3, 0, 1, '00000008'), 'reset 1 8'],
  [frame(3, 0, 1, 'ffffffff'), 'reset 1 4294967295'],
  [frame(6, 0, 0, '0102030405060708'), 'ping 0102030405060708'],
  [frame(6, 1, 0, '0102030405060708'), 'ping ack 0102030405060708'],
  [frame(7, 0, 0, '7fffffff 00000000 6279 65'), 'goaway 2147483647 0 bye'],
  [frame(8, 0, 0, '00000400'), 'window 0 1024'],
  // The highest bit of a stream and of an increment is reserved.
  [frame(8, 0, 0x8000_0001, '80000001'), 'window 1 1'],
  [frame(77, 0, 1, 'aabb'), 'unknown'],
  [frame(78, 0, 0), 'unknown'],
];

describe('the frame reader', () => {
  const all = Buffer.concat(frames.map(([bytes]) => bytes));
  const expected = frames.map(([, event]) => event);

  it('reads every kind of frame', () => {
    for (const [bytes, event] of frames) {
      const { events, reader } = recordFrames();
      reader.read(bytes);
      assert.deepEqual(events, [event]);
    }
  });

  it('reads the same frames from chunks of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const { events, reader } = recordFrames();
        for (let at = 0, turn = 0; at < all.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          reader.read(Buffer.from(all.subarray(at, at + size)));
          at += size;
        }
        assert.deepEqual(events, expected);
      }),
      { seed: 18 },
    );
  });

  it('returns what is left once its handler is full', () => {
    const { events, reader } = recordFrames({}, 3);
    const left = reader.read(all);
    assert.deepEqual(events, expected.slice(0, 3));
    events.length = 0;
    reader.read(left);
    assert.deepEqual(events, expected.slice(3, 6));
  });

  it('passes data on before the frame ends, without a copy', () => {
    const { events, slices, reader } = recordFrames();
    const bytes = frame(0, 1, 1, Buffer.alloc(1000, 7));
    const [first, second] = [bytes.subarray(0, 500), bytes.subarray(500)];
    reader.read(first);
    assert.deepEqual([slices.length, events.length], [1, 0]);
    assert.equal(slices[0]?.buffer, bytes.buffer);
    reader.read(second);
    assert.deepEqual(
      slices.map((slice) => slice.length),
      [491, 509],
    );
    assert.equal(events.length, 1);
  });

  it('expects the preface of a client', () => {
    const { events, reader } = recordFrames({ expectsPreface: true });
    reader.read(Buffer.from(clientPreface.slice(0, 10)));
    reader.read(Buffer.concat([Buffer.from(clientPreface.slice(10)), frame(4, 0, 0)]));
    assert.deepEqual(events, ['settings ']);
    const other = recordFrames({ expectsPreface: true }).reader;
    assert.throws(() => other.read(Buffer.from('GET / HTTP/1.1\r\n')), /does not speak HTTP\/2/);
  });

  const { protocolError, frameSizeError, enhanceYourCalm } = errorCodes;
  const malformed: readonly (readonly [what: string, bytes: readonly Buffer[], code: number])[] = [
    ['a frame over the limit', [frame(0, 0, 1, Buffer.alloc(16_385))], frameSizeError],
    ['DATA without a stream', [frame(0, 0, 0, 'aa')], protocolError],
    ['HEADERS without a stream', [frame(1, 4, 0, '82')], protocolError],
    ['PRIORITY without a stream', [frame(2, 0, 0, '0000000000')], protocolError],
    ['RST_STREAM without a stream', [frame(3, 0, 0, '00000000')], protocolError],
    ['CONTINUATION without a stream', [frame(9, 4, 0, '82')], protocolError],
    ['SETTINGS of a stream', [frame(4, 0, 1)], protocolError],
    ['PING of a stream', [frame(6, 0, 1, '0000000000000000')], protocolError],
    ['GOAWAY of a stream', [frame(7, 0, 1, '0000000000000000')], protocolError],
    ['a pushed stream', [frame(5, 4, 1, '0000000282')], protocolError],
    ['PRIORITY of 4 bytes', [frame(2, 0, 1, '00000000')], frameSizeError],
    ['RST_STREAM of 3 bytes', [frame(3, 0, 1, '000000')], frameSizeError],
    ['SETTINGS of 5 bytes', [frame(4, 0, 0, '0000000000')], frameSizeError],
    ['an ACK of SETTINGS with a payload', [frame(4, 1, 0, '000000000000')], frameSizeError],
    ['PING of 7 bytes', [frame(6, 0, 0, '00000000000000')], frameSizeError],
    ['GOAWAY of 7 bytes', [frame(7, 0, 0, '00000000000000')], frameSizeError],
    ['WINDOW_UPDATE of 5 bytes', [frame(8, 0, 0, '0000000001')], frameSizeError],
    ['data with too much padding', [frame(0, 8, 1, '03 aabb')], protocolError],
    ['padded data without a length', [frame(0, 8, 1)], protocolError],
    ['headers with too much padding', [frame(1, 12, 1, '03 aabb')], protocolError],
    ['headers with a cut priority', [frame(1, 36, 1, '000000')], protocolError],
    ['CONTINUATION without HEADERS', [frame(9, 4, 1, '82')], protocolError],
    ['CONTINUATION after the end', [frame(1, 4, 1, '82'), frame(9, 4, 1, '82')], protocolError],
    ['CONTINUATION of another stream', [frame(1, 0, 1, '82'), frame(9, 4, 3, '82')], protocolError],
    ['a frame within a header block', [frame(1, 0, 1, '82'), frame(0, 0, 1)], protocolError],
    ['an unknown frame within a header block', [frame(1, 0, 1, '82'), frame(77, 0, 1)], protocolError],
    ['a large header block', [frame(1, 4, 1, Buffer.alloc(1001))], enhanceYourCalm],
    [
      'a large header block in parts',
      [frame(1, 0, 1, Buffer.alloc(900)), frame(9, 4, 1, Buffer.alloc(101))],
      enhanceYourCalm,
    ],
    [
      'many CONTINUATION frames',
      [frame(1, 0, 1), ...Array.from({ length: 40 }, () => frame(9, 0, 1))],
      enhanceYourCalm,
    ],
  ];
  for (const [what, bytes, code] of malformed)
    it(`rejects ${what}`, () => {
      const { reader } = recordFrames();
      assert.throws(
        () => reader.read(Buffer.concat(bytes)),
        (error) => error instanceof ConnectionError && error.code === code,
      );
    });

  it('rejects a large frame before it has arrived', () => {
    const { reader } = recordFrames({ maxFrameBytes: 1_000_000 });
    assert.throws(() => reader.read(frame(1, 4, 1, Buffer.alloc(100_000)).subarray(0, 9)), ConnectionError);
    assert.throws(
      () => recordFrames().reader.read(frame(4, 0, 0, Buffer.alloc(16_390)).subarray(0, 9)),
      ConnectionError,
    );
  });

  it('accepts or rejects any bytes', () => {
    const random = fc.record({
      type: fc.integer({ min: 0, max: 10 }),
      flags: fc.integer({ min: 0, max: 255 }),
      streamId: fc.integer({ min: 0, max: 3 }),
      payload: fc.uint8Array({ maxLength: 20 }),
    });
    fc.assert(
      fc.property(fc.array(random), (list) => {
        const { reader } = recordFrames();
        try {
          for (const each of list) reader.read(frame(each.type, each.flags, each.streamId, each.payload));
        } catch (error) {
          assert.ok(error instanceof ConnectionError);
        }
      }),
      { seed: 18, numRuns: 2000 },
    );
  });
});
