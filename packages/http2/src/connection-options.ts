// The options of a connection, and the handler of its events.

import type { Clock } from '@pareto/core';
import type { FrameStream } from './frame-stream.js';
import type { StreamHandler } from './stream-handler.js';
import type { FrameSink } from './frame-writer.js';
import type { HeaderList } from './hpack/header-list.js';
import type { ConnectionError } from './http2-errors.js';

/** Receives the events of a connection. */
export interface ConnectionHandler {
  /** Called on a server when a stream starts. Returns the handler of the stream. */
  onRequest(stream: FrameStream, headers: HeaderList): StreamHandler;
  /**
   * Called on a client when the connection accepts no more streams. Those that the server has not seen fail with
   * `refusedStream`.
   */
  onGoAway(): void;
  /** Called when the number of streams has fallen, or the peer accepts more. */
  onRoom(): void;
  /** Called when no more streams follow, and the last one has closed. */
  onDone(): void;
  /** Called when the connection failed. */
  onFailed(error: ConnectionError): void;
}

export interface ConnectionOptions {
  readonly role: 'client' | 'server';
  readonly sink: FrameSink;
  readonly handler: ConnectionHandler;
  /** Calls a function at the end of the turn of the event loop. */
  readonly schedule: (callback: () => void) => void;
  /** Receive window of each stream. */
  readonly windowBytes: number;
  /** Receive window of the connection, at least 65,535 bytes. Data leaves it when it arrives, so that slow readers take nothing from others. */
  readonly connectionWindowBytes: number;
  readonly maxFrameBytes: number;
  /** Maximum size of received headers, as HTTP/2 counts it. */
  readonly maxHeaderListBytes: number;
  /** Maximum number of streams that the peer may open. */
  readonly maxStreams: number;
  /** Id of the first stream of a client, an odd number. 1 if omitted. */
  readonly firstStreamId?: number;
  readonly clock?: Clock;
}
