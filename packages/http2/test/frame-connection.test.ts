import assert from 'node:assert/strict';
import { clientPreface } from '../src/frames.js';
import { HpackEncoder } from '../src/hpack/encoder.js';
import { headerList } from '../src/hpack/header-list.js';
import { errorCodes } from '../src/http2-errors.js';
import { http2Frame as frame } from '@pareto/testkit';
import { describeFrame, splitFrames } from './support/frame-bytes.js';
import { connectTestPeer, createTestConnection, recordStream } from './support/test-connection.js';

/** Encodes fields without references to those of other blocks. */
function block(fields: Readonly<Record<string, string>>): Buffer {
  const encoder = new HpackEncoder();
  encoder.encode(headerList({}), Object.entries(fields).flat());
  return Buffer.from(encoder.block.subarray(0, encoder.length));
}

const post = { ':method': 'POST', ':scheme': 'http', ':path': '/a' };
const requestFrame = (id: number, fields: Readonly<Record<string, string>> = post, flags = 4): Buffer =>
  frame(1, flags, id, block(fields));
const ok = headerList({ ':status': '200' });
const windowUpdate = (id: number, bytes: number): Buffer => frame(8, 0, id, bytes.toString(16).padStart(8, '0'));
const reset = (id: number, code = 8): Buffer => frame(3, 0, id, code.toString(16).padStart(8, '0'));
const settings = (id: number, value: number): Buffer =>
  frame(4, 0, 0, id.toString(16).padStart(4, '0') + value.toString(16).padStart(8, '0'));

describe('a frame connection', () => {
  it('starts with the preface, its settings and its window', () => {
    const client = createTestConnection('client').take();
    assert.equal(client.toString('latin1', 0, 24), clientPreface);
    assert.deepEqual(splitFrames(client.subarray(24)).map(describeFrame), [
      'SETTINGS 0 0 000200000000' + '0004000186a0' + '000500004000' + '000600002710',
      'WINDOW_UPDATE 0 0 000e4241',
    ]);
    assert.deepEqual(createTestConnection('server').takeFrames(), [
      'SETTINGS 0 0 00030000000a' + '0004000186a0' + '000500004000' + '000600002710',
      'WINDOW_UPDATE 0 0 000e4241',
    ]);
  });

  it('acknowledges settings and pings', () => {
    const { receive, takeFrames } = connectTestPeer('client');
    receive(settings(3, 100), frame(6, 0, 0, '0102030405060708'), frame(4, 1, 0));
    assert.deepEqual(takeFrames(), ['SETTINGS 0 1', 'PING 0 1 0102030405060708']);
  });

  it('calls back when a ping is answered', () => {
    const { connection, receive, takeFrames } = connectTestPeer('client');
    let answers = 0;
    connection.ping(() => void answers++);
    assert.deepEqual(takeFrames(), ['PING 0 0 0000000000000000']);
    receive(frame(6, 1, 0, '0000000000000000'), frame(6, 1, 0, '0000000000000000'));
    assert.equal(answers, 1);
  });

  it('ignores priorities and unknown frames, settings and flags', () => {
    const { events, receive, takeFrames } = connectTestPeer('server');
    receive(
      frame(2, 0, 5, '0000000100'),
      frame(77, 255, 5, 'aabb'),
      settings(99, 1),
      frame(6, 0xfe, 0, '00'.repeat(8)),
    );
    assert.deepEqual(takeFrames(), ['SETTINGS 0 1', 'PING 0 1 0000000000000000']);
    assert.deepEqual(events, []);
  });

  describe('as a server', () => {
    it('receives requests and sends replies', () => {
      const { requests, receive, takeFrames } = connectTestPeer('server');
      receive(requestFrame(1), frame(0, 0, 1, 'aabb'), frame(0, 1, 1, 'cc'));
      receive(requestFrame(3, { ...post, te: 'trailers' }, 5));
      const [first, second] = requests;
      assert.deepEqual(first?.headers.fields, Object.entries(post).flat());
      assert.deepEqual([first.received.toString('hex'), first.events, second?.events], ['aabbcc', ['end'], ['end']]);
      first.stream?.sendHeaders(ok);
      first.stream?.sendPieces([Buffer.from('1234')]);
      first.stream?.sendTrailers(headerList({ 'grpc-status': '0' }));
      second?.stream?.sendPieces([Buffer.alloc(5), Buffer.from('a'), Buffer.from('bc')], true);
      const status = Buffer.from('grpc-status').toString('hex');
      assert.deepEqual(takeFrames(), [
        'HEADERS 1 4 88',
        'DATA 1 0 31323334',
        `HEADERS 1 5 400b${status}0130`,
        'DATA 3 1 0000000000616263',
      ]);
      // Both streams are closed.
      assert.deepEqual([first.stream?.isClosed, second?.stream?.isClosed], [true, true]);
    });

    it('receives trailers', () => {
      const { requests, receive } = connectTestPeer('server');
      receive(requestFrame(1), frame(0, 0, 1, 'aa'), requestFrame(1, { 'x-sum': '1' }, 5));
      assert.deepEqual(requests[0]?.events, ['end x-sum 1']);
    });

    it('rejects a request before it is complete', () => {
      const { requests, events, receive, takeFrames } = connectTestPeer('server');
      receive(requestFrame(1));
      const stream = requests[0]?.stream;
      stream?.reject(ok, ['grpc-status', '8']);
      const [headers, rst] = takeFrames();
      assert.match(headers ?? '', /^HEADERS 1 5 88/);
      assert.equal(rst, 'RST_STREAM 1 0 00000000');
      // The rest of the request was sent before the client learnt of it.
      receive(frame(0, 0, 1, 'aa'), frame(0, 1, 1, 'bb'), windowUpdate(1, 1), reset(1), requestFrame(3, post, 5));
      assert.deepEqual([takeFrames(), requests[0]?.events, events], [[], [], []]);
      assert.equal(requests.length, 2);
    });

    it('fails a stream that the client resets', () => {
      const { connection, requests, receive, takeFrames } = connectTestPeer('server');
      receive(requestFrame(1, post, 5), reset(1));
      const [request] = requests;
      assert.deepEqual(request?.events, ['end', 'failed 8 the peer reset the stream with CANCEL']);
      request.stream?.sendHeaders(ok);
      request.stream?.sendPieces([Buffer.from('a')], true);
      request.stream?.sendTrailers(ok);
      assert.deepEqual([takeFrames(), connection.streamCount], [[], 0]);
    });

    it('refuses streams over the limit', () => {
      const { requests, receive, takeFrames } = connectTestPeer('server', { maxStreams: 2 });
      receive(requestFrame(1), requestFrame(3), requestFrame(5), frame(0, 1, 5, 'aa'));
      assert.deepEqual(takeFrames(), ['RST_STREAM 5 0 00000007']);
      assert.equal(requests.length, 2);
      receive(reset(1), requestFrame(7));
      assert.deepEqual([takeFrames(), requests.length], [[], 3]);
    });

    it('refuses headers over the limit, and keeps the table', () => {
      const { requests, receive, takeFrames } = connectTestPeer('server', { maxHeaderListBytes: 600 });
      const indexed = (value: string): Buffer =>
        Buffer.concat([block(post), Buffer.from('400178', 'hex'), Buffer.from([value.length]), Buffer.from(value)]);
      receive(frame(1, 5, 1, Buffer.concat([indexed('b'.repeat(120)), Buffer.alloc(4, 0xbe)])));
      assert.deepEqual(takeFrames(), ['RST_STREAM 1 0 0000000b']);
      receive(frame(1, 5, 3, Buffer.concat([block(post), Buffer.from([0xbe])])));
      assert.equal(requests[0]?.headers.get('x'), 'b'.repeat(120));
    });

    const malformed: readonly (readonly [what: string, fields: Readonly<Record<string, string>>])[] = [
      ['no path', { ':method': 'POST', ':scheme': 'http' }],
      ['an empty path', { ...post, ':path': '' }],
      ['a name in upper case', { ...post, Te: 'trailers' }],
      ['a connection field', { ...post, connection: 'close' }],
      ['another te', { ...post, te: 'gzip' }],
      ['a pseudo-header after others', { ':method': 'POST', ':scheme': 'http', a: 'b', ':path': '/' }],
      ['an unknown pseudo-header', { ...post, ':protocol': 'x' }],
      ['a pseudo-header of responses', { ...post, ':status': '200' }],
      ['a line break', { ...post, 'x-a': 'b\r\nc: d' }],
      ['white space at the end', { ...post, 'x-a': 'b ' }],
      ['an empty name', { ...post, '': 'b' }],
    ];
    for (const [what, fields] of malformed)
      it(`refuses a request with ${what}`, () => {
        const { requests, receive, takeFrames } = connectTestPeer('server');
        receive(requestFrame(1, fields));
        assert.deepEqual([takeFrames(), requests.length], [['RST_STREAM 1 0 00000001'], 0]);
      });

    it('compares the data with its announced length', () => {
      for (const [length, data, isEnd] of [
        ['2', 'aabbcc', false],
        ['4', 'aabbcc', true],
      ] as const) {
        const { requests, receive, takeFrames } = connectTestPeer('server');
        receive(requestFrame(1, { ...post, 'content-length': length }), frame(0, isEnd ? 1 : 0, 1, data));
        assert.deepEqual(takeFrames(), ['RST_STREAM 1 0 00000001']);
        assert.match(requests[0]?.events.join() ?? '', /failed 1 the data has another length/);
      }
    });

    it('lets the streams of a drained connection finish', () => {
      const { connection, events, requests, receive, takeFrames } = connectTestPeer('server');
      receive(requestFrame(1, post, 5));
      connection.drain();
      connection.drain();
      assert.deepEqual(takeFrames(), ['GOAWAY 0 0 7fffffff00000000', 'PING 0 0 0000000000000000']);
      // This was sent before the client received GOAWAY.
      receive(requestFrame(3, post, 5), frame(6, 1, 0, '0000000000000000'));
      assert.deepEqual(takeFrames(), ['GOAWAY 0 0 0000000300000000']);
      receive(requestFrame(5, post, 5));
      assert.deepEqual(takeFrames(), ['RST_STREAM 5 0 00000007']);
      for (const { stream } of requests) stream?.sendHeaders(ok, [], true);
      assert.deepEqual([takeFrames().length, events], [2, ['done']]);
    });
  });

  describe('as a client', () => {
    const request = headerList(post);

    it('opens streams, and receives replies with trailers', () => {
      const { connection, events, receive, takeFrames } = connectTestPeer('client');
      const [first, second] = [recordStream(), recordStream()];
      first.stream = connection.open(first, request);
      first.stream.sendPieces([Buffer.alloc(5), Buffer.from('ab')], true);
      second.stream = connection.open(second, request, ['x-a', 'b'], true);
      const [headers, data, next] = takeFrames();
      assert.match(headers ?? '', /^HEADERS 1 4 /);
      assert.equal(data, 'DATA 1 1 00000000006162');
      assert.match(next ?? '', /^HEADERS 3 5 /);
      receive(requestFrame(1, { ':status': '100' }));
      receive(requestFrame(1, { ':status': '200' }), frame(0, 0, 1, 'aa'), requestFrame(1, { 'grpc-status': '0' }, 5));
      receive(requestFrame(3, { ':status': '200', 'grpc-status': '8' }, 5));
      assert.deepEqual(first.events, ['headers :status 200', 'end grpc-status 0']);
      assert.equal(first.received.toString('hex'), 'aa');
      assert.deepEqual(second.events, ['headers :status 200 grpc-status 8', 'end']);
      assert.deepEqual([connection.streamCount, events], [0, []]);
    });

    it('knows how many streams the server accepts', () => {
      const { connection, receive } = createTestConnection('client');
      for (let count = 0; count < 100; count++) connection.open(recordStream(), request);
      assert.equal(connection.mayOpen, false);
      receive(frame(4, 0, 0));
      assert.equal(connection.mayOpen, true);
      receive(settings(3, 100));
      assert.equal(connection.mayOpen, false);
      receive(reset(1));
      assert.equal(connection.mayOpen, true);
    });

    it('fails the streams that the server has not seen when it goes away', () => {
      const { connection, events, receive } = connectTestPeer('client');
      const [first, second] = [recordStream(), recordStream()];
      connection.open(first, request, [], true);
      connection.open(second, request, [], true);
      receive(frame(7, 0, 0, '0000000100000000'));
      assert.equal(connection.mayOpen, false);
      assert.deepEqual([first.events, events], [[], ['goaway']]);
      assert.deepEqual(second.events, ['failed 7 the server closes the connection']);
      receive(requestFrame(1, { ':status': '200' }, 5));
      assert.deepEqual([first.events.length, events], [2, ['goaway', 'done']]);
    });

    it('goes away when no stream id is left', () => {
      const { connection, events, receive } = connectTestPeer('client', { firstStreamId: 0x7fff_fffd });
      connection.open(recordStream(), request, [], true);
      assert.deepEqual([connection.mayOpen, events], [true, []]);
      connection.open(recordStream(), request, [], true);
      assert.deepEqual([connection.mayOpen, events], [false, ['goaway']]);
      receive(reset(0x7fff_ffff), reset(0x7fff_fffd));
      assert.deepEqual(events, ['goaway', 'done']);
    });

    it('ends after its calls', () => {
      const { connection, events, receive, takeFrames } = connectTestPeer('client');
      const call = recordStream();
      connection.open(call, request, [], true);
      takeFrames();
      connection.drain();
      assert.deepEqual([takeFrames(), events, connection.mayOpen], [['GOAWAY 0 0 0000000000000000'], [], false]);
      receive(requestFrame(1, { ':status': '200' }, 5));
      assert.deepEqual(events, ['done']);
    });

    it('fails all streams when the transport closes', () => {
      const { connection, events, take } = connectTestPeer('client');
      const call = recordStream();
      connection.open(call, request);
      take();
      connection.onTransportClosed('the socket closed');
      connection.onTransportClosed('again');
      assert.deepEqual([call.events, events], [['failed 10 the socket closed'], ['failed 10 the socket closed']]);
    });

    it('tells which streams the transport has not taken', () => {
      const { connection, sink, take } = connectTestPeer('client');
      const [sent, unsent] = [recordStream(), recordStream()];
      connection.open(sent, request);
      take();
      connection.open(unsent, request).sendPieces([Buffer.alloc(5), Buffer.alloc(10_000)], true);
      sink.isClosed = true;
      connection.onTransportClosed('the socket closed');
      assert.deepEqual([sent.events, unsent.events], [['failed 10 the socket closed'], ['failed 7 the socket closed']]);
    });

    const replies: readonly (readonly [what: string, frames: readonly Buffer[], code: number])[] = [
      ['data before the headers', [frame(0, 0, 1, 'aa')], errorCodes.protocolError],
      ['headers without a status', [requestFrame(1, { a: 'b' })], errorCodes.protocolError],
      ['a status of 2 digits', [requestFrame(1, { ':status': '20' })], errorCodes.protocolError],
      ['a final informational response', [requestFrame(1, { ':status': '100' }, 5)], errorCodes.protocolError],
      ['two responses', [requestFrame(1, { ':status': '200' }), requestFrame(1, { a: 'b' })], errorCodes.protocolError],
      [
        'a pseudo-header in trailers',
        [requestFrame(1, { ':status': '200' }), requestFrame(1, { ':status': '200' }, 5)],
        1,
      ],
      ['data after the end', [requestFrame(1, { ':status': '200' }, 5), frame(0, 0, 1, 'aa')], errorCodes.streamClosed],
      ['headers after the end', [requestFrame(1, { ':status': '200' }, 5), requestFrame(1, { a: 'b' }, 5)], 5],
    ];
    for (const [what, frames, code] of replies)
      it(`resets a stream with ${what}`, () => {
        const { connection, receive, takeFrames } = connectTestPeer('client');
        const call = recordStream();
        connection.open(call, request);
        takeFrames();
        receive(...frames);
        assert.deepEqual(takeFrames(), [`RST_STREAM 1 0 ${code.toString(16).padStart(8, '0')}`]);
        assert.match(call.events.at(-1) ?? '', new RegExp(`^failed ${code} `));
      });
  });

  describe('flow control', () => {
    it('returns the window of a stream when its data was consumed, and that of the connection always', () => {
      const { requests, receive, takeFrames } = connectTestPeer('server', { connectionWindowBytes: 200_000 });
      receive(requestFrame(1), requestFrame(3));
      const [slow, fast] = requests;
      if (slow !== undefined) slow.consumes = false;
      const data = (id: number): Buffer => frame(0, 0, id, Buffer.alloc(10_000));
      for (let count = 0; count < 10; count++) receive(data(1));
      assert.deepEqual(takeFrames(), ['WINDOW_UPDATE 0 0 000186a0']);
      for (let count = 0; count < 10; count++) receive(data(3));
      assert.deepEqual(takeFrames(), [
        'WINDOW_UPDATE 3 0 0000c350',
        'WINDOW_UPDATE 0 0 000186a0',
        'WINDOW_UPDATE 3 0 0000c350',
      ]);
      assert.deepEqual([slow?.received.length, fast?.received.length], [100_000, 100_000]);
      slow?.stream?.consumed(49_999);
      assert.deepEqual(takeFrames(), []);
      slow?.stream?.consumed(1);
      assert.deepEqual(takeFrames(), ['WINDOW_UPDATE 1 0 0000c350']);
    });

    it('consumes padding, and empty frames', () => {
      const { requests, receive, takeFrames } = connectTestPeer('server', { windowBytes: 400 });
      receive(requestFrame(1));
      receive(frame(0, 8, 1, Buffer.concat([Buffer.from([199]), Buffer.alloc(199)])), frame(0, 0, 1));
      assert.deepEqual([takeFrames(), requests[0]?.received.length], [['WINDOW_UPDATE 1 0 000000c8'], 0]);
    });

    it('resets a stream over its window', () => {
      const { requests, receive, takeFrames } = connectTestPeer('server', { windowBytes: 100 });
      receive(requestFrame(1));
      if (requests[0] !== undefined) requests[0].consumes = false;
      receive(frame(0, 0, 1, Buffer.alloc(100)));
      assert.deepEqual(takeFrames(), []);
      receive(frame(0, 0, 1, 'aa'));
      assert.deepEqual(takeFrames(), ['RST_STREAM 1 0 00000003']);
    });

    it('ends a connection over its window', () => {
      const { connection, events, receive } = connectTestPeer('server', { connectionWindowBytes: 70_000 });
      receive(requestFrame(1));
      // A closed stream takes the window, too.
      receive(reset(1));
      for (let count = 0; count < 8; count++) receive(frame(0, 0, 1, Buffer.alloc(16_000)));
      assert.equal(connection.streamCount, 0);
      assert.deepEqual(events, []);
      const small = connectTestPeer('server', { connectionWindowBytes: 65_535, maxFrameBytes: 100_000 });
      small.receive(requestFrame(1), frame(0, 0, 1, Buffer.alloc(65_536)));
      assert.match(small.events.join(), /^failed 3 /);
    });

    it('sends as much as the peer accepts, and the rest later', () => {
      const { connection, receive, takeFrames } = connectTestPeer('client');
      const call = recordStream();
      const stream = connection.open(call, headerList(post));
      takeFrames();
      assert.equal(stream.sendPieces([Buffer.alloc(100_000)], true), false);
      const frames = takeFrames();
      assert.deepEqual(frames, [...Array.from({ length: 3 }, () => 'DATA 1 0 16384 bytes'), 'DATA 1 0 16383 bytes']);
      assert.deepEqual([call.sent, stream.queuedBytes], [65_535, 34_465]);
      receive(windowUpdate(1, 100_000));
      assert.deepEqual(takeFrames(), []);
      receive(windowUpdate(0, 1000));
      assert.deepEqual(takeFrames(), ['DATA 1 0 1000 bytes']);
      receive(settings(5, 20_000), windowUpdate(0, 1_000_000));
      assert.deepEqual(takeFrames(), ['SETTINGS 0 1', 'DATA 1 0 20000 bytes', 'DATA 1 1 13465 bytes']);
      assert.deepEqual([call.sent, stream.queuedBytes], [100_000, 0]);
    });

    it('sends trailers and an empty end after the data that waits', () => {
      const { connection, receive, takeFrames } = connectTestPeer('client');
      receive(settings(4, 10));
      const streams = [1, 2].map(() => connection.open(recordStream(), headerList(post)));
      const [first, second] = streams;
      first?.sendPieces([Buffer.alloc(20)]);
      first?.sendTrailers(headerList({}), ['a', 'b']);
      second?.sendPieces([Buffer.alloc(20)]);
      second?.sendPieces([Buffer.alloc(0)], true);
      assert.equal(takeFrames().filter((each) => each.startsWith('DATA')).length, 2);
      receive(windowUpdate(1, 10), windowUpdate(3, 10));
      const zeros = '00'.repeat(10);
      assert.deepEqual(takeFrames(), [`DATA 1 0 ${zeros}`, 'HEADERS 1 5 4001610162', `DATA 3 1 ${zeros}`]);
    });

    it('lets streams that wait for the connection send in turn', () => {
      const { connection, receive, takeFrames } = connectTestPeer('client');
      receive(settings(4, 1_000_000));
      const streams = [1, 2, 3].map(() => connection.open(recordStream(), headerList(post)));
      for (const stream of streams) stream.sendPieces([Buffer.alloc(70_000)], true);
      takeFrames();
      receive(windowUpdate(0, 16_384 * 3));
      assert.deepEqual(
        takeFrames().map((each) => each.split(' ').slice(0, 2).join(' ')),
        ['DATA 1', 'DATA 3', 'DATA 5', 'DATA 3'],
      );
    });

    it('lets a handler send more when it learns that something was sent', () => {
      const { connection, receive, takeFrames } = connectTestPeer('client');
      receive(settings(4, 10_000_000));
      const streams = [1, 2].map((count) => {
        const recorded = recordStream();
        const stream = connection.open(recorded, headerList(post));
        let left = count * 10;
        recorded.onSent = () => void (left-- > 0 && stream.sendPieces([Buffer.alloc(10_000)], left === 0));
        return stream;
      });
      for (const stream of streams) stream.sendPieces([Buffer.alloc(50_000)]);
      for (let count = 0; count < 100; count++) receive(windowUpdate(0, 7000));
      let first = 0;
      let second = 0;
      const ends: string[] = [];
      for (const each of takeFrames()) {
        const [name = '', id = '', flags = '', size = ''] = each.split(' ');
        if (name !== 'DATA') continue;
        if (id === '1') first += Number(size);
        else second += Number(size);
        if (flags === '1') ends.push(id);
      }
      assert.deepEqual([first, second], [150_000, 250_000]);
      assert.deepEqual(ends, ['1', '3']);
    });

    it('waits for the transport', () => {
      const { connection, sink, receive, takeFrames } = connectTestPeer('client');
      const stream = connection.open(recordStream(), headerList(post));
      receive(windowUpdate(1, 10_000_000), windowUpdate(0, 10_000_000));
      takeFrames();
      sink.pendingBytes = 2_000_000;
      stream.sendPieces([Buffer.alloc(100)], true);
      assert.deepEqual(takeFrames(), []);
      sink.pendingBytes = 0;
      connection.onTransportDrained();
      assert.deepEqual(takeFrames(), ['DATA 1 1 100 bytes']);
    });

    it('continues when the settings raise the window, also from a negative one', () => {
      const { connection, receive, takeFrames } = connectTestPeer('client');
      const stream = connection.open(recordStream(), headerList(post));
      stream.sendPieces([Buffer.alloc(20)]);
      receive(settings(4, 10));
      stream.sendPieces([Buffer.alloc(5)]);
      takeFrames();
      receive(settings(4, 20));
      assert.deepEqual(takeFrames(), ['SETTINGS 0 1']);
      receive(settings(4, 23));
      assert.deepEqual(takeFrames(), ['DATA 1 0 000000', 'SETTINGS 0 1'].toReversed());
      receive(settings(4, 65_535));
      assert.deepEqual(takeFrames(), ['SETTINGS 0 1', 'DATA 1 0 0000']);
    });

    it('rejects windows that are too large', () => {
      const stream = connectTestPeer('server');
      stream.receive(requestFrame(1), windowUpdate(1, 0x7fff_ffff));
      assert.deepEqual(stream.takeFrames(), ['RST_STREAM 1 0 00000003']);
      const zero = connectTestPeer('server');
      zero.receive(requestFrame(1), windowUpdate(1, 0));
      assert.deepEqual(zero.takeFrames(), ['RST_STREAM 1 0 00000001']);
      const connection = connectTestPeer('server');
      connection.receive(windowUpdate(0, 0x7fff_ffff));
      assert.match(connection.events.join(), /^failed 3 /);
    });
  });

  const { protocolError, flowControlError, streamClosed, compressionError, enhanceYourCalm } = errorCodes;
  const get = requestFrame(1, post, 5);
  const many = (each: Buffer): readonly Buffer[] => Array.from({ length: 2500 }, () => each);
  const errors: readonly (readonly [what: string, frames: readonly Buffer[], code: number])[] = [
    ['an even stream', [requestFrame(2)], protocolError],
    ['a stream that is opened after a later one', [requestFrame(5), requestFrame(3)], protocolError],
    ['headers of a closed stream', [get, reset(1), requestFrame(1, post, 5)], streamClosed],
    ['data of an idle stream', [frame(0, 0, 1, 'aa')], protocolError],
    ['a reset of an idle stream', [reset(1)], protocolError],
    ['a window of an idle stream', [windowUpdate(1, 1)], protocolError],
    ['a frame of the stream of a server', [windowUpdate(2, 1)], protocolError],
    ['a window that is raised by 0', [windowUpdate(0, 0)], protocolError],
    ['a header block that is malformed', [frame(1, 4, 1, 'ff')], compressionError],
    ['ENABLE_PUSH of 2', [settings(2, 2)], protocolError],
    ['a window of 2^31', [settings(4, 0x8000_0000)], flowControlError],
    ['frames of 16,383 bytes', [settings(5, 16_383)], protocolError],
    ['frames of 2^24 bytes', [settings(5, 2 ** 24)], protocolError],
    ['settings that exceed a window', [get, windowUpdate(1, 0x7fff_0000), settings(4, 0x7fff_ffff)], flowControlError],
    ['a flood of pings', many(frame(6, 0, 0, '0000000000000000')), enhanceYourCalm],
    ['a flood of settings', many(frame(4, 0, 0)), enhanceYourCalm],
    ['a flood of empty frames', [requestFrame(1), ...many(frame(0, 0, 1))], enhanceYourCalm],
    ['a flood of unknown frames', many(frame(77, 0, 0)), enhanceYourCalm],
    [
      'a flood of malformed requests',
      Array.from({ length: 2500 }, (_, id) => frame(1, 5, id * 2 + 1)),
      enhanceYourCalm,
    ],
    [
      'streams that are reset again and again',
      Array.from({ length: 2500 }, (_, id) => [requestFrame(id * 2 + 1, post, 5), reset(id * 2 + 1)]).flat(),
      enhanceYourCalm,
    ],
  ];
  for (const [what, frames, code] of errors)
    it(`ends a connection with ${what}`, () => {
      const { connection, events, receive, takeFrames } = connectTestPeer('server');
      receive(...frames);
      assert.match(events.join(), new RegExp(`^failed ${code} `));
      const last = takeFrames().at(-1) ?? '';
      assert.match(last, /^GOAWAY 0 0 /);
      assert.equal(connection.mayOpen, false);
      // Nothing else is read.
      receive(requestFrame(99));
      assert.deepEqual(takeFrames(), []);
    });

  it('resets a stream that depends on itself, and no other', () => {
    const { connection, events, requests, receive, takeFrames } = connectTestPeer('server');
    const dependsOn = (id: number): Buffer => Buffer.from([0, 0, 0, id, 16]);
    receive(requestFrame(1), requestFrame(3), frame(2, 0, 1, dependsOn(1)), frame(2, 0, 5, dependsOn(5)));
    assert.deepEqual(takeFrames(), ['RST_STREAM 1 0 00000001', 'RST_STREAM 5 0 00000001']);
    receive(frame(1, 0x24, 7, Buffer.concat([dependsOn(7), block(post)])));
    receive(frame(1, 0x20, 9, Buffer.concat([dependsOn(9), block(post)])), frame(9, 4, 9));
    assert.deepEqual(takeFrames(), ['RST_STREAM 7 0 00000001', 'RST_STREAM 9 0 00000001']);
    assert.deepEqual([connection.streamCount, requests.length, events], [1, 4, []]);
  });

  it('accepts a first frame other than SETTINGS from no peer', () => {
    const { events, receive } = createTestConnection('client');
    receive(frame(6, 0, 0, '0000000000000000'));
    assert.match(events.join(), /^failed 1 the peer does not speak HTTP\/2/);
  });

  it('forgets floods over time, and those of clients that let calls finish', async () => {
    const { clock, events, requests, receive } = connectTestPeer('server');
    const ping = frame(6, 0, 0, '0000000000000000');
    receive(...Array.from({ length: 1990 }, () => ping));
    await clock.advance(1500);
    receive(...Array.from({ length: 1400 }, () => ping));
    assert.deepEqual(events, []);
    for (let id = 1; id < 1000; id += 2) {
      receive(requestFrame(id, post, 5));
      requests.at(-1)?.stream?.sendHeaders(ok, [], true);
    }
    receive(...Array.from({ length: 400 }, () => ping));
    assert.deepEqual(events, []);
    receive(...Array.from({ length: 400 }, () => ping));
    assert.match(events.join(), /^failed 11 /);
  });

  it('counts resets as a flood however long it takes to process those that arrive together', () => {
    let now = 0;
    const { clock, events, receive } = connectTestPeer('server', { onRequest: () => void (now += 0.05) });
    Object.assign(clock, { now: () => now });
    const ids = Array.from({ length: 2500 }, (_, index) => 2 * index + 1);
    receive(...ids.flatMap((id) => [requestFrame(id, post, 5), reset(id)]));
    assert.match(events.join(), /^failed 11 /);
  });

  describe('does not take for a flood', () => {
    const ids = Array.from({ length: 2500 }, (_, index) => 2 * index + 1);
    const open = { maxStreams: 5000 };
    const ping = frame(6, 0, 0, '0000000000000000');

    it('the calls that a client cancels after a while', async () => {
      const { clock, events, receive } = connectTestPeer('server', open);
      receive(...ids.map((id) => requestFrame(id)));
      await clock.advance(20);
      receive(...ids.map(reset));
      assert.deepEqual(events, []);
    });
    it('resets that cross replies', () => {
      const { events, requests, receive } = connectTestPeer('server', open);
      receive(...ids.map((id) => requestFrame(id, post, 5)));
      for (const { stream } of requests) stream?.sendHeaders(ok, [], true);
      receive(...ids.map(reset));
      assert.deepEqual(events, []);
    });
    it('resets and data of calls that were rejected from their headers', () => {
      const { connection, events, requests, receive, takeFrames } = connectTestPeer('server', open);
      receive(...ids.map((id) => requestFrame(id)));
      for (const { stream } of requests) stream?.reject(ok);
      takeFrames();
      receive(...ids.flatMap((id) => [frame(0, 0, id, 'aabb'), reset(id)]));
      assert.deepEqual([events, takeFrames(), connection.streamCount], [[], [], 0]);
    });
    it('pings after data that was sent', () => {
      const { events, requests, receive } = connectTestPeer('server');
      receive(requestFrame(1));
      for (let count = 0; count < 2500; count++) {
        requests[0]?.stream?.sendPieces([Buffer.from('a')]);
        receive(ping);
      }
      assert.deepEqual(events, []);
    });
  });

  it('resets a rejected stream only if the peer may send more', () => {
    const { connection, requests, receive, takeFrames } = connectTestPeer('server');
    receive(requestFrame(1), requestFrame(3));
    for (const { stream } of requests) stream?.reject(ok);
    assert.deepEqual(kindsOf(takeFrames()), ['HEADERS 1', 'RST_STREAM 1', 'HEADERS 3', 'RST_STREAM 3']);
    const whole = connectTestPeer('server', { onRequest: (stream) => stream.reject(ok) });
    whole.receive(requestFrame(1), frame(0, 1, 1, 'aa'), requestFrame(3), frame(0, 0, 3, 'aa'));
    assert.deepEqual(kindsOf(whole.takeFrames()), ['HEADERS 1', 'HEADERS 3', 'RST_STREAM 3']);
    assert.equal(connection.streamCount, 0);
  });

  it('sends no frame over 256 KiB, even if the peer accepts it', () => {
    const { connection, receive, takeFrames } = connectTestPeer('client');
    receive(settings(5, 1_000_000), settings(4, 1_000_000), windowUpdate(0, 1_000_000));
    const stream = connection.open(recordStream(), headerList(post));
    takeFrames();
    stream.sendPieces([Buffer.alloc(300_000)], true);
    assert.deepEqual(takeFrames(), ['DATA 1 0 262144 bytes', 'DATA 1 1 37856 bytes']);
  });

  it('ends a connection whose peer does not read replies', () => {
    const { events, sink, receive } = connectTestPeer('server');
    sink.pendingBytes = 20 * 1024 * 1024;
    receive(frame(6, 0, 0, '0000000000000000'));
    assert.match(events.join(), /^failed 11 the peer does not read replies/);
  });
});

/** Returns the types and streams of described frames. */
const kindsOf = (frames: readonly string[]): readonly string[] =>
  frames.map((each) => each.split(' ').slice(0, 2).join(' '));
