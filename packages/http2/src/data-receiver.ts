// Receives the data of a connection: checks it against the windows, and passes it to the handlers of its streams.

import type { FloodLimit } from './flood-limit.js';
import type { FrameStream } from './frame-stream.js';
import type { FrameWriter } from './frame-writer.js';
import { ConnectionError, errorCodes } from './http2-errors.js';
import type { StreamTable } from './stream-table.js';

export class DataReceiver {
  readonly #streams: StreamTable;
  readonly #writer: FrameWriter;
  readonly #flood: FloodLimit;
  readonly #windowBytes: number;
  #window: number;
  /** Received bytes that were not returned to the peer's window. */
  #received = 0;
  /** Stream of the current frame. Undefined if its data is dropped. */
  #stream: FrameStream | undefined;
  #isEmpty = false;
  /** Bytes of the current frame that are not passed on, in the end those of its padding. */
  #left = 0;

  constructor(streams: StreamTable, writer: FrameWriter, flood: FloodLimit, windowBytes: number) {
    this.#streams = streams;
    this.#writer = writer;
    this.#flood = flood;
    this.#windowBytes = windowBytes;
    this.#window = windowBytes;
  }

  onHead(id: number, length: number): void {
    this.#takeWindow(length);
    const stream = this.#streams.find(id);
    this.#isEmpty = length === 0;
    this.#left = length;
    this.#stream = stream !== undefined && accepts(stream, length) ? stream : undefined;
    if (stream === undefined) this.onClosedStream(id);
  }

  /** Bytes leave the window of the connection when they arrive, so that slow readers take nothing from others. */
  #takeWindow(length: number): void {
    this.#window -= length;
    if (this.#window < 0)
      throw new ConnectionError(errorCodes.flowControlError, 'the data exceeds the window of the connection');
    this.#received += length;
    if (this.#received * 2 < this.#windowBytes) return;
    this.#window += this.#received;
    this.#writer.windowUpdate(0, this.#received);
    this.#received = 0;
  }

  /** Reports a frame of a closed stream to the peer, unless it was sent before the peer learnt of a reset. */
  onClosedStream(id: number): void {
    if (this.#streams.wasReset(id)) return;
    this.#flood.count();
    this.#writer.rstStream(id, errorCodes.streamClosed);
  }

  onData(chunk: Buffer, from: number, to: number): void {
    const stream = this.#stream;
    this.#left -= to - from;
    if (stream === undefined || stream.isClosed) return;
    if (stream.missingBytes >= 0) {
      stream.missingBytes -= to - from;
      if (stream.missingBytes < 0) return stream.fail(errorCodes.protocolError, wrongLength);
    }
    stream.handler.onData(chunk, from, to);
  }

  onEnd(isStreamEnd: boolean): void {
    const stream = this.#stream;
    this.#stream = undefined;
    if (this.#isEmpty && !isStreamEnd) this.#flood.count();
    if (stream === undefined || stream.isClosed) return;
    if (this.#left > 0) stream.consumed(this.#left);
    if (!isStreamEnd) return;
    if (stream.missingBytes > 0) return stream.fail(errorCodes.protocolError, wrongLength);
    stream.endRemote(undefined);
  }
}

const wrongLength = 'the data has another length than the headers say';

function accepts(stream: FrameStream, length: number): boolean {
  stream.receiveWindow -= length;
  if (stream.receiving === 'ended') stream.fail(errorCodes.streamClosed, 'data follows the end of the stream');
  else if (stream.receiving === 'headers') stream.fail(errorCodes.protocolError, 'data precedes the headers');
  else if (stream.receiveWindow < 0)
    stream.fail(errorCodes.flowControlError, 'the data exceeds the window of the stream');
  return !stream.isClosed;
}
