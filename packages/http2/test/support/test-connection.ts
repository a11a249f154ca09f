// A connection without a socket, and a handler of streams that records what it gets.

import { http2Frame as frame, createManualClock, type ManualClock } from '@pareto/testkit';
import type { ConnectionHandler, ConnectionOptions } from '../../src/connection-options.js';
import { FrameConnection } from '../../src/frame-connection.js';
import type { FrameStream } from '../../src/frame-stream.js';
import type { StreamHandler } from '../../src/stream-handler.js';
import { clientPreface } from '../../src/frames.js';
import type { HeaderList } from '../../src/hpack/header-list.js';
import { describeFrame, splitFrames } from './frame-bytes.js';

export interface RecordedStream extends StreamHandler {
  readonly events: string[];
  /** Set to return the window for data as it arrives. */
  consumes: boolean;
  stream: FrameStream | undefined;
  /** Bytes that were received, and those that `onSent` has reported. */
  received: Buffer;
  sent: number;
}

export function recordStream(stream?: FrameStream): RecordedStream {
  const events: string[] = [];
  const recorded: RecordedStream = {
    events,
    consumes: true,
    stream,
    received: Buffer.alloc(0),
    sent: 0,
    onHeaders: (headers) => void events.push(`headers ${headers.fields.join(' ')}`),
    onData(chunk, from, to) {
      recorded.received = Buffer.concat([recorded.received, chunk.subarray(from, to)]);
      if (recorded.consumes) recorded.stream?.consumed(to - from);
    },
    onEnd: (trailers) => void events.push(trailers === undefined ? 'end' : `end ${trailers.fields.join(' ')}`),
    onSent: (bytes) => void (recorded.sent += bytes),
    onFailed: (code, reason) => void events.push(`failed ${code} ${reason}`),
  };
  return recorded;
}

export interface TestConnection {
  readonly connection: FrameConnection;
  readonly clock: ManualClock;
  /** Events of the connection. */
  readonly events: readonly string[];
  /** Streams that the peer has started, with the headers of their requests. */
  readonly requests: readonly (RecordedStream & { readonly headers: HeaderList })[];
  /** Set `isClosed` to drop what is written. */
  readonly sink: { pendingBytes: number; isClosed: boolean };
  /** Ends the turn, and returns what was written since the last call. */
  readonly take: () => Buffer;
  /** Ends the turn, and describes the frames that were written since the last call, without the preface. */
  readonly takeFrames: () => readonly string[];
  /** Receives frames. */
  readonly receive: (...frames: readonly Buffer[]) => void;
}

export interface TestOptions extends Partial<Omit<ConnectionOptions, 'sink' | 'handler' | 'schedule' | 'clock'>> {
  /** Called when a stream starts. */
  readonly onRequest?: (stream: FrameStream) => void;
}

const defaultTestOptions = {
  windowBytes: 100_000,
  connectionWindowBytes: 1_000_000,
  maxFrameBytes: 16_384,
  maxHeaderListBytes: 10_000,
  maxStreams: 10,
} as const;

export function createTestConnection(role: 'client' | 'server', options: TestOptions = {}): TestConnection {
  const clock = createManualClock();
  const events: string[] = [];
  const requests: (RecordedStream & { headers: HeaderList })[] = [];
  let written: Buffer[] = [];
  const scheduled: (() => void)[] = [];
  const sink = {
    pendingBytes: 0,
    isClosed: false,
    write(pieces: readonly Buffer[]): boolean {
      if (!sink.isClosed) written.push(...pieces.map(copy));
      return !sink.isClosed;
    },
    end: () => undefined,
  };
  const handler: ConnectionHandler = {
    onRequest(stream, headers) {
      const recorded = Object.assign(recordStream(stream), { headers });
      requests.push(recorded);
      options.onRequest?.(stream);
      return recorded;
    },
    onGoAway: () => void events.push('goaway'),
    onRoom: () => undefined,
    onDone: () => void events.push('done'),
    onFailed: ({ code, message }) => void events.push(`failed ${code} ${message}`),
  };
  const schedule = (flush: () => void): void => void scheduled.push(flush);
  const connection = new FrameConnection({ ...defaultTestOptions, ...options, role, sink, handler, schedule, clock });
  const take = (): Buffer => {
    for (const flush of scheduled.splice(0)) flush();
    const bytes = Buffer.concat(written);
    written = [];
    return bytes;
  };
  return {
    connection,
    clock,
    events,
    requests,
    sink,
    take,
    takeFrames() {
      const bytes = take();
      const isPreface = bytes.toString('latin1', 0, clientPreface.length) === clientPreface;
      return splitFrames(isPreface ? bytes.subarray(clientPreface.length) : bytes).map(describeFrame);
    },
    receive: (...frames) => connection.receive(Buffer.concat(frames)),
  };
}

const copy = (piece: Buffer): Buffer => Buffer.from(piece);

/** Returns a connection whose peer has sent its preface, after everything that the connection sends then. */
export function connectTestPeer(role: 'client' | 'server', options?: TestOptions): TestConnection {
  const test = createTestConnection(role, options);
  const settings = frame(4, 0, 0);
  test.receive(...(role === 'server' ? [Buffer.from(clientPreface), settings] : [settings]));
  test.take();
  return test;
}
