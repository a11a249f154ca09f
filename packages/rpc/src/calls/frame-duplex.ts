// A stream of frames in the form of node:http2, for gRPC for Node.

import type { OutgoingHttpHeaders, ServerStreamResponseOptions } from 'node:http2';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { FrameStream } from '../http2/frame-stream.js';
import type { StreamHandler } from '../http2/stream-handler.js';
import { HeaderList } from '../http2/hpack/header-list.js';
import { errorCodes } from '../http2/http2-errors.js';
import type { ServerStream } from './server-stream.js';
import type { Stall, StallWatch } from './stall-watch.js';

const noFields = new HeaderList([]);
const noData = Buffer.alloc(0);

type WriteCallback = (error?: Error | null) => void;

export class FrameDuplex extends Duplex implements ServerStream, StreamHandler, Stall {
  quietSweeps = 0;
  headersSent = false;
  rstCode: number = errorCodes.noError;
  /** The connection, of which gRPC for Node reads the addresses. */
  readonly session: { readonly socket: Socket };
  readonly #stream: FrameStream;
  readonly #stalls: StallWatch;
  /** Slot in the watch. Undefined without a timeout. */
  #stallSlot: number | undefined;
  #hasEnded = false;
  #hasTrailers = false;
  /** Bytes that wait for the reader. */
  #unread = 0;
  /** Callback of the write that waits for the client. */
  #written: WriteCallback | undefined;

  constructor(stream: FrameStream, socket: Socket, stalls: StallWatch) {
    super({ autoDestroy: false });
    this.session = { socket };
    this.#stream = stream;
    this.#stalls = stalls;
  }

  respond(headers: OutgoingHttpHeaders = {}, options: ServerStreamResponseOptions = {}): void {
    const { endStream = false, waitForTrailers = false } = options;
    this.headersSent = true;
    this.#hasTrailers = waitForTrailers;
    this.#hasEnded = endStream;
    this.#stream.sendHeaders(noFields, fieldsOf({ ':status': 200, ...headers }), endStream);
    if (endStream) this.end();
  }

  sendTrailers(trailers: OutgoingHttpHeaders): void {
    this.#hasEnded = true;
    this.#stream.sendTrailers(noFields, fieldsOf(trailers));
  }

  /** Ends the stream, with `noError` after everything was sent. */
  close(code: number = errorCodes.noError): void {
    if (code === errorCodes.noError) this.#stream.stopReceiving();
    else this.#stream.reset(code);
  }

  /** Emits `timeout` whenever the client was quiet for the time of the watch. */
  setTimeout(): void {
    this.#stallSlot ??= this.#stalls.add(this);
  }

  onHeaders(): void {
    // The headers of a request arrive before its stream.
  }

  onData(chunk: Buffer, from: number, to: number): void {
    this.quietSweeps = 0;
    if (this.push(chunk.subarray(from, to))) this.#stream.consumed(to - from);
    else this.#unread += to - from;
  }

  onEnd(): void {
    this.push(null);
  }

  onSent(): void {
    this.quietSweeps = 0;
    if (this.#stream.queuedBytes === 0) this.#takeWritten()?.();
  }

  onFailed(): void {
    // `onClosed` was called before.
  }

  onStalled(): void {
    this.emit('timeout');
  }

  onClosed(code: number): void {
    this.rstCode = code;
    if (this.#stallSlot !== undefined) this.#stalls.remove(this.#stallSlot);
    const written = this.#takeWritten();
    this.destroy();
    written?.(new Error('the stream has closed'));
  }

  #takeWritten(): WriteCallback | undefined {
    const written = this.#written;
    this.#written = undefined;
    return written;
  }

  override _read(): void {
    const unread = this.#unread;
    this.#unread = 0;
    if (unread > 0) this.#stream.consumed(unread);
  }

  override _write(data: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#stream.sendData(data, 0, data.length);
    if (this.#stream.queuedBytes === 0) callback();
    else this.#written = callback;
  }

  override _final(callback: WriteCallback): void {
    if (this.#hasTrailers) this.emit('wantTrailers');
    else if (!this.#hasEnded) this.#stream.sendData(noData, 0, 0, true);
    callback();
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.#stream.reset(errorCodes.cancel);
    callback(error);
  }
}

/** Returns names and values, alternating. Those of HTTP/2 come first. */
function fieldsOf(headers: OutgoingHttpHeaders): readonly string[] {
  const pseudo: string[] = [];
  const fields: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    const to = name.startsWith(':') ? pseudo : fields;
    for (const each of Array.isArray(value) ? value : [value]) to.push(name, String(each));
  }
  return [...pseudo, ...fields];
}
