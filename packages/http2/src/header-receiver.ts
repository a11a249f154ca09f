// Receives the header blocks of a connection: checks them, starts the streams of a server, and passes headers and trailers
// to the handlers of their streams.

import type { FloodLimit } from './flood-limit.js';
import type { FrameStream } from './frame-stream.js';
import type { FrameWriter } from './frame-writer.js';
import { headerProblem, type HeaderKind } from './header-rules.js';
import { HpackDecoder } from './hpack/decoder.js';
import type { HeaderList } from './hpack/header-list.js';
import { ConnectionError, errorCodes, protocolError } from './http2-errors.js';
import type { StreamTable } from './stream-table.js';

export interface HeaderReceiverOptions {
  readonly streams: StreamTable;
  readonly writer: FrameWriter;
  readonly flood: FloodLimit;
  readonly maxListBytes: number;
  /** Maximum number of streams that the peer may open. 0 on a client. */
  readonly maxStreams: number;
  /** Whether new streams are refused. */
  readonly isClosing: () => boolean;
  /** Starts a stream, and sets its handler. */
  readonly start: (id: number, headers: HeaderList) => FrameStream;
  readonly onClosedStream: (id: number) => void;
}

export class HeaderReceiver {
  readonly #options: HeaderReceiverOptions;
  readonly #streams: StreamTable;
  readonly #decoder: HpackDecoder;

  constructor(options: HeaderReceiverOptions) {
    this.#options = options;
    this.#streams = options.streams;
    this.#decoder = new HpackDecoder(options.maxListBytes);
  }

  onBlock(id: number, block: Buffer, from: number, to: number, isEnd: boolean): void {
    const isNew = this.#options.maxStreams > 0 && this.#isNew(id);
    const stream = isNew ? undefined : this.#streams.find(id);
    // The block is decoded in any case, since it may change the table.
    const list = this.#decoder.decode(block, from, to);
    if (isNew) return this.#startStream(id, list, isEnd);
    if (stream === undefined) return this.#options.onClosedStream(id);
    if (stream.receiving === 'ended')
      return stream.fail(errorCodes.streamClosed, 'headers follow the end of the stream');
    if (list === undefined) return stream.fail(errorCodes.enhanceYourCalm, 'the headers are too large');
    if (stream.receiving !== 'headers') readTrailers(stream, list, isEnd);
    else this.#readResponse(stream, list, isEnd);
  }

  /** Whether the client opens a stream. Throws if it may not. */
  #isNew(id: number): boolean {
    const streams = this.#streams;
    if (id % 2 === 0) throw protocolError(`the client opened the stream ${id}`);
    if (id > streams.lastPeerId) {
      streams.lastPeerId = id;
      return true;
    }
    if (streams.open.get(id) !== undefined || streams.wasReset(id)) return false;
    if (streams.wasClosed(id))
      throw new ConnectionError(errorCodes.streamClosed, `headers arrived for the closed stream ${id}`);
    throw protocolError(`the stream ${id} follows the stream ${streams.lastPeerId}`);
  }

  #startStream(id: number, headers: HeaderList | undefined, isEnd: boolean): void {
    const { maxStreams, isClosing, start } = this.#options;
    if (headers === undefined) return this.#refuse(id, errorCodes.enhanceYourCalm);
    if (this.#streams.open.size >= maxStreams || isClosing()) return this.#refuse(id, errorCodes.refusedStream);
    if (headerProblem(headers, 'request') !== undefined) return this.#refuse(id, errorCodes.protocolError);
    const stream = start(id, headers);
    if (stream.isClosed) return;
    stream.missingBytes = contentLength(headers);
    if (!isEnd) return;
    if (stream.missingBytes > 0) stream.fail(errorCodes.protocolError, 'the data is missing');
    else stream.endRemote(undefined);
  }

  /** Refuses a stream before it has a handler. */
  #refuse(id: number, code: number): void {
    this.#options.flood.count();
    this.#streams.close(id, true);
    this.#options.writer.rstStream(id, code);
  }

  #readResponse(stream: FrameStream, headers: HeaderList, isEnd: boolean): void {
    if (!isWellFormed(stream, headers, 'response')) return;
    if (headers.get(':status')?.startsWith('1') === true) {
      this.#options.flood.count();
      if (isEnd) stream.fail(errorCodes.protocolError, 'the stream ends without a response');
      return;
    }
    stream.receiving = 'data';
    if (!isEnd) stream.missingBytes = contentLength(headers);
    stream.handler.onHeaders(headers);
    if (isEnd && !stream.isClosed) stream.endRemote(undefined);
  }
}

function readTrailers(stream: FrameStream, trailers: HeaderList, isEnd: boolean): void {
  if (!isEnd) return stream.fail(errorCodes.protocolError, 'the trailers do not end the stream');
  if (!isWellFormed(stream, trailers, 'trailers')) return;
  if (stream.missingBytes > 0) return stream.fail(errorCodes.protocolError, 'the data ends early');
  stream.endRemote(trailers);
}

function isWellFormed(stream: FrameStream, list: HeaderList, kind: HeaderKind): boolean {
  const problem = headerProblem(list, kind);
  if (problem !== undefined) stream.fail(errorCodes.protocolError, problem);
  return problem === undefined;
}

/** Returns the number of bytes of data that headers announce. -1 if they announce none. */
function contentLength(headers: HeaderList): number {
  const text = headers.get('content-length');
  return text === undefined || !/^\d{1,15}$/.test(text) ? -1 : Number(text);
}
