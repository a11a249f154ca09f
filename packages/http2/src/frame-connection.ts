// One HTTP/2 connection, of a client or a server: its streams, settings and flow control (RFC 9113). It reads chunks of
// bytes and writes to a sink, and knows nothing of sockets.

import { milliseconds, systemClock, type Clock } from '@pareto/core';
import type { ConnectionHandler, ConnectionOptions } from './connection-options.js';
import { DataReceiver } from './data-receiver.js';
import { FloodLimit } from './flood-limit.js';
import { FrameReader, type FrameHandler } from './frame-reader.js';
import { FrameStream, type StreamOwner } from './frame-stream.js';
import { unhandled, type StreamHandler } from './stream-handler.js';
import { FrameWriter, type FrameSink } from './frame-writer.js';
import { frameFlags, frameTypes, maxStreamId, maxWindowBytes } from './frames.js';
import { HeaderReceiver } from './header-receiver.js';
import { HpackEncoder } from './hpack/encoder.js';
import type { HeaderList } from './hpack/header-list.js';
import { ConnectionError, errorCodeName, errorCodes } from './http2-errors.js';
import { SendQueue } from './send-queue.js';
import { initialSettings, readSettings, writePreface, type Settings } from './settings.js';
import { StreamTable } from './stream-table.js';

/** Unsent bytes besides those of DATA over which a server reads no more. */
const maxControlBytes = 256 * 1024;
/** Unsent bytes over which a server must not cause more replies of a client, which always reads: the server may wait for it. */
const maxUnreadBytes = 16 * 1024 * 1024;
/** Maximum size of a frame to a peer that accepts larger ones, which would delay other streams and fill the memory. */
const maxSentFrameBytes = 256 * 1024;
const none = Buffer.alloc(0);
const pingData = Buffer.alloc(8);

/** Time for a client to answer the PING after which it opens no more streams. */
const answerMs = milliseconds(1_000);
/** Time for which a stream must be open so that its reset does not count as a flood. */
const minOpenMs = 10;

/**
 * - `draining`: the peer knows that this side will accept no more streams, which a server does until it has learnt of it;
 * - `closing`: no more streams are accepted, and open ones continue;
 * - `ended`: no stream is open, and nothing is read.
 */
type State = 'open' | 'draining' | 'closing' | 'ended';

export class FrameConnection implements StreamOwner {
  readonly writer: FrameWriter;
  readonly encoder: HpackEncoder = new HpackEncoder();
  readonly queue: SendQueue;
  readonly windowBytes: number;
  readonly #sink: FrameSink;
  readonly #handler: ConnectionHandler;
  readonly #isServer: boolean;
  readonly #streams: StreamTable;
  readonly #reader: FrameReader;
  readonly #flood: FloodLimit;
  readonly #clock: Clock;
  /** Called when the peer answers, in the order of the PINGs. */
  readonly #pings: (() => void)[] = [];
  /** Number of DATA frames that were sent before the last PING of the peer. */
  #framesAtPing = 0;
  /** Settings of the peer. */
  #peer: Settings = initialSettings;
  /** Streams from which this side needs no more, found while it reads. */
  readonly #stopped: FrameStream[] = [];
  #isReading = false;
  /** Bytes that are read once the peer has read replies. */
  #unread: Buffer = none;
  /** Time of the current chunk. Undefined before it is needed. */
  #readAt: number | undefined;
  #state: State = 'open';
  /** Set when the peer accepts no more streams. */
  #isPeerClosing = false;

  constructor(options: ConnectionOptions) {
    const { role, sink, handler, schedule, connectionWindowBytes, maxHeaderListBytes, clock = systemClock } = options;
    this.#sink = sink;
    this.#handler = handler;
    this.#clock = clock;
    this.#isServer = role === 'server';
    this.windowBytes = options.windowBytes;
    this.writer = new FrameWriter(sink, schedule);
    this.queue = new SendQueue(this.writer);
    this.#streams = new StreamTable(this.#isServer, options.firstStreamId);
    this.#flood = new FloodLimit(clock);
    const data = new DataReceiver(this.#streams, this.writer, this.#flood, connectionWindowBytes);
    const headers = new HeaderReceiver({
      streams: this.#streams,
      writer: this.writer,
      flood: this.#flood,
      maxListBytes: maxHeaderListBytes,
      maxStreams: this.#isServer ? options.maxStreams : 0,
      isClosing: () => this.#state === 'closing',
      start: (id, list) => this.#startStream(id, list),
      onClosedStream: (id) => data.onClosedStream(id),
    });
    this.#reader = new FrameReader(this.#frameHandler(data, headers), {
      expectsPreface: this.#isServer,
      maxFrameBytes: options.maxFrameBytes,
      maxBlockBytes: maxHeaderListBytes,
    });
    writePreface(this.writer, options);
  }

  #frameHandler(data: DataReceiver, headers: HeaderReceiver): FrameHandler {
    const flood = this.#flood;
    return {
      onDataHead: (id, length) => data.onHead(id, length),
      onData: (chunk, from, to) => data.onData(chunk, from, to),
      onDataEnd: (isStreamEnd) => data.onEnd(isStreamEnd),
      onHeaderBlock: (id, block, from, to, isEnd) => headers.onBlock(id, block, from, to, isEnd),
      onPriority: () => flood.count(),
      onSelfDependency: (id) => this.#onSelfDependency(id),
      onUnknown: () => flood.count(),
      onRstStream: (id, code) => this.#onRstStream(id, code),
      onSettings: (isAck, payload, from, to) => this.#onSettings(isAck, payload, from, to),
      onPing: (isAck, payload, from) => this.#onPing(isAck, payload, from),
      onGoAway: (lastId, code, text) => this.#onGoAway(lastId, code, text),
      onWindowUpdate: (id, increment) => this.#onWindowUpdate(id, increment),
      isFull: () => this.#isServer && this.writer.pendingControlBytes >= maxControlBytes,
    };
  }

  get streamCount(): number {
    return this.#streams.open.size;
  }

  /** Set while both sides accept streams. */
  get isOpen(): boolean {
    return (this.#state === 'open' || this.#state === 'draining') && !this.#isPeerClosing;
  }

  /** Set while a client may open a stream. */
  get mayOpen(): boolean {
    return this.isOpen && this.#streams.open.size < this.#peer.maxConcurrentStreams;
  }

  /** Set when the peer has sent its settings, so that it speaks HTTP/2. */
  get isReady(): boolean {
    return this.#peer !== initialSettings;
  }

  get sentFrameBytes(): number {
    return Math.min(this.#peer.maxFrameBytes, maxSentFrameBytes);
  }

  /** Opens a stream of a client, which `mayOpen` must allow, and sends its headers as `FrameStream.sendHeaders` does. */
  open(handler: StreamHandler, headers: HeaderList, extra?: readonly string[], isEnd?: boolean): FrameStream {
    const stream = new FrameStream(this.#streams.takeId(), this, handler, this.#peer.initialWindowBytes);
    this.#streams.open.add(stream);
    stream.sendHeaders(headers, extra, isEnd);
    stream.openedAfterWrites = this.writer.writes;
    if (this.#streams.isExhausted) this.#leave();
    return stream;
  }

  /** Ends a connection on which no more streams fit. */
  #leave(): void {
    this.drain();
    this.#handler.onGoAway();
  }

  #startStream(id: number, headers: HeaderList): FrameStream {
    const stream = new FrameStream(id, this, unhandled, this.#peer.initialWindowBytes);
    stream.receiving = 'data';
    stream.openedAt = this.#chunkTime();
    this.#streams.open.add(stream);
    stream.handler = this.#handler.onRequest(stream, headers);
    if (this.#state === 'ended') throw new ConnectionError(errorCodes.noError, 'the connection has ended');
    return stream;
  }

  /** Sends a PING, and calls back when it is answered. */
  ping(onAck: () => void): void {
    if (this.#state === 'ended') return;
    this.#pings.push(onAck);
    this.writer.ping(false, pingData, 0);
  }

  /**
   * Lets the open streams finish, and accepts no others. A server accepts streams that were sent before the client learnt of
   * it. `onDone` is called when all have closed.
   */
  drain(): void {
    if (this.#state !== 'open') return;
    this.#state = 'draining';
    if (!this.#isServer) return this.#close();
    this.writer.goAway(maxStreamId, errorCodes.noError, '');
    this.ping(() => this.#close());
    this.#clock.after(answerMs, () => this.#close());
  }

  #close(): void {
    if (this.#state !== 'draining') return;
    this.#state = 'closing';
    this.writer.goAway(this.#streams.lastPeerId, errorCodes.noError, '');
    this.#checkDone();
  }

  /** Ends all streams and the connection, with an error code for the peer. */
  fail(error: ConnectionError): void {
    if (this.#state === 'ended') return;
    this.writer.goAway(this.#streams.lastPeerId, error.code, error.message);
    this.#end(error);
  }

  /**
   * Reads bytes of the transport. Returns false if the peer does not read replies: nothing may be received then until
   * `onTransportDrained` returns true.
   */
  receive(chunk: Buffer): boolean {
    if (this.#state === 'ended') return true;
    this.#isReading = true;
    this.#readAt = undefined;
    try {
      this.#unread = this.#reader.read(chunk);
      return this.#unread.length === 0;
    } catch (error) {
      const isOfPeer = error instanceof ConnectionError;
      this.fail(isOfPeer ? error : new ConnectionError(errorCodes.internalError, 'internal error'));
      if (!isOfPeer) throw error;
      return true;
    } finally {
      this.#isReading = false;
      if (this.#stopped.length > 0) for (const stream of this.#stopped.splice(0)) stream.reset(errorCodes.noError);
    }
  }

  /** Resets a stream that the peer may continue, but not before the chunk is read, which often has the end of the request. */
  onStopped(stream: FrameStream): void {
    if (this.#isReading) this.#stopped.push(stream);
    else stream.reset(errorCodes.noError);
  }

  /** Ends all streams after the transport has closed. */
  onTransportClosed(reason: string): void {
    if (this.#state !== 'ended') this.#end(new ConnectionError(errorCodes.connectError, reason));
  }

  /** Continues to send and to read after the transport was full. Returns as `receive` does. */
  onTransportDrained(): boolean {
    this.queue.pump();
    return this.receive(this.#unread);
  }

  #end(error: ConnectionError): void {
    this.#state = 'ended';
    this.writer.flush();
    for (const stream of this.#streams.open.all()) {
      const isUnsent = stream.openedAfterWrites === this.writer.writes;
      stream.lose(isUnsent ? errorCodes.refusedStream : error.code, error.message);
    }
    this.#sink.end();
    this.#handler.onFailed(error);
  }

  onStreamClosed(stream: FrameStream, isResetHere: boolean): void {
    this.#streams.close(stream.id, isResetHere);
    if (this.#state === 'ended') return;
    // A client may reset a stream while its rejection is on the way.
    if (stream.isComplete || isResetHere) this.#flood.earn();
    this.#handler.onRoom();
    this.#checkDone();
  }

  #checkDone(): void {
    if (this.#state === 'ended' || this.#streams.open.size > 0) return;
    if (this.#state !== 'closing' && (this.#isServer || !this.#isPeerClosing)) return;
    this.#state = 'ended';
    this.writer.flush();
    this.#sink.end();
    this.#handler.onDone();
  }

  /** Returns the time at which the current chunk was received, whatever its processing takes. */
  #chunkTime(): number {
    return (this.#readAt ??= this.#clock.now());
  }

  #onRstStream(id: number, code: number): void {
    const stream = this.#streams.find(id);
    // Resets of streams that were open for a while cost no more than their calls.
    const openMs = this.#chunkTime() - (stream?.openedAt ?? Infinity);
    if (openMs < minOpenMs && stream?.isTrusted !== true) this.#flood.count();
    stream?.lose(code, `the peer reset the stream with ${errorCodeName(code)}`);
  }

  #onSelfDependency(id: number): void {
    this.#flood.count();
    const stream = this.#streams.open.get(id);
    if (stream === undefined) this.writer.rstStream(id, errorCodes.protocolError);
    else stream.fail(errorCodes.protocolError, 'the stream depends on itself');
  }

  #checkUnread(): void {
    if (this.writer.pendingBytes > maxUnreadBytes)
      throw new ConnectionError(errorCodes.enhanceYourCalm, 'the peer does not read replies');
  }

  #onSettings(isAck: boolean, data: Buffer, from: number, to: number): void {
    this.#flood.count();
    this.#checkUnread();
    if (isAck) return;
    const before = this.#peer.initialWindowBytes;
    this.#peer = readSettings(this.#peer, data, from, to);
    this.encoder.setMaxTableBytes(this.#peer.headerTableBytes);
    this.writer.head(0, frameTypes.settings, frameFlags.ack, 0);
    this.#changeSendWindows(this.#peer.initialWindowBytes - before);
    this.#handler.onRoom();
  }

  #changeSendWindows(change: number): void {
    if (change === 0) return;
    // A stream may send then, and its handler may open another one, which has the new window.
    for (const stream of this.#streams.open.all()) {
      if (stream.sendWindow + change > maxWindowBytes)
        throw new ConnectionError(errorCodes.flowControlError, 'the settings make the window of a stream too large');
      stream.raiseSendWindow(change);
    }
  }

  #onPing(isAck: boolean, data: Buffer, from: number): void {
    this.#checkUnread();
    // Clients of gRPC measure the round trip with a PING after they have received data.
    if (this.queue.frames === this.#framesAtPing) this.#flood.count();
    this.#framesAtPing = this.queue.frames;
    if (isAck) this.#pings.shift()?.();
    else this.writer.ping(true, data, from);
  }

  #onGoAway(lastId: number, code: number, text: string): void {
    this.#isPeerClosing = true;
    const detail = code === errorCodes.noError ? '' : `: ${errorCodeName(code)} ${text}`;
    if (!this.#isServer) {
      for (const stream of this.#streams.open.all()) {
        if (stream.id > lastId) stream.lose(errorCodes.refusedStream, `the server closes the connection${detail}`);
      }
    }
    this.#handler.onGoAway();
    this.#checkDone();
  }

  #onWindowUpdate(id: number, increment: number): void {
    if (id === 0) return this.queue.raiseWindow(increment);
    const stream = this.#streams.find(id);
    if (increment === 0) stream?.fail(errorCodes.protocolError, 'the window is raised by 0 bytes');
    else stream?.raiseSendWindow(increment);
  }
}
