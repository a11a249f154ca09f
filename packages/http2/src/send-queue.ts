// The sending side that the streams of a connection share: its window, and the order in which streams use it.

import { LinkedQueue, type Linked } from '@pareto/core';
import type { FrameWriter } from './frame-writer.js';
import { initialWindowBytes, maxWindowBytes } from './frames.js';
import { ConnectionError, errorCodes, protocolError } from './http2-errors.js';

/** Bytes that are handed to the transport before streams have to wait for it. */
const maxUnsentBytes = 1024 * 1024;

/** A stream that has something to send. */
export interface Sender extends Linked<Sender> {
  /** Sends one frame, or more if no other stream waits. Waits again if something is left. */
  pump(): void;
}

/** The streams that wait to send. */
export class SendQueue extends LinkedQueue<Sender> {
  /** Number of bytes that the connection may send. Streams subtract what they send. */
  window: number = initialWindowBytes;
  /** Number of DATA frames so far. */
  frames = 0;
  readonly #writer: FrameWriter;

  constructor(writer: FrameWriter) {
    super();
    this.#writer = writer;
  }

  /** Set unless too many bytes are not sent yet. */
  get maySend(): boolean {
    return this.#writer.pendingBytes < maxUnsentBytes;
  }

  raiseWindow(bytes: number): void {
    if (bytes === 0) throw protocolError('the window is raised by 0 bytes');
    this.window += bytes;
    if (this.window > maxWindowBytes)
      throw new ConnectionError(errorCodes.flowControlError, 'the window of the connection is too large');
    this.pump();
  }

  /** Lets streams send in turn while there is room. */
  pump(): void {
    for (let next = this.first; next !== undefined && this.window > 0 && this.maySend; next = this.first) {
      this.remove(next);
      next.pump();
    }
  }
}
