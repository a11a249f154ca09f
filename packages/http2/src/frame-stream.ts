// One stream of a connection: its state, its flow control, and what it sends.

import type { FrameWriter } from './frame-writer.js';
import { frameFlags, frameTypes, maxWindowBytes } from './frames.js';
import type { HpackEncoder } from './hpack/encoder.js';
import type { HeaderList } from './hpack/header-list.js';
import { errorCodes } from './http2-errors.js';
import type { Sender, SendQueue } from './send-queue.js';
import type { StreamHandler } from './stream-handler.js';
import { WaitingData } from './waiting-data.js';

/** The connection of a stream, as the stream uses it. */
export interface StreamOwner {
  readonly writer: FrameWriter;
  readonly encoder: HpackEncoder;
  readonly queue: SendQueue;
  /** Maximum size of a frame to the peer. */
  readonly sentFrameBytes: number;
  /** Receive window of a new stream. */
  readonly windowBytes: number;
  /** Called when this side has sent everything, and needs no more from the peer. The stream is reset if the peer sends more. */
  onStopped(stream: FrameStream): void;
  /** Called when both sides have ended, or one has reset the stream. */
  onStreamClosed(stream: FrameStream, isResetHere: boolean): void;
}

const none: readonly string[] = [];

/** The direction in which this side sends. */
type Sending =
  | { readonly kind: 'open' }
  /** Trailers, or the end alone, follow what waits. */
  | { readonly kind: 'ending'; readonly trailers: HeaderList | undefined; readonly extra: readonly string[] }
  | { readonly kind: 'ended' };

const open: Sending = { kind: 'open' };
const endingPlain: Sending = { kind: 'ending', trailers: undefined, extra: none };
const ended: Sending = { kind: 'ended' };

/** The direction in which the peer sends: first its headers. `stopping`: this side needs no more of it. */
type Receiving = 'headers' | 'data' | 'stopping' | 'ended';

/** A class with plain fields, since one is created for every call. The connection writes the fields that are not private. */
export class FrameStream implements Sender {
  /** Neighbours in the queue of the connection. */
  previous: Sender | undefined;
  next: Sender | undefined;
  readonly id: number;
  handler: StreamHandler;
  /** Number of bytes that the peer accepts. Negative after the peer lowered it. */
  sendWindow: number;
  /** Number of bytes that this side accepts. */
  receiveWindow: number;
  /** Time at which a client opened the stream. Undefined on a client. */
  openedAt: number | undefined;
  /** Set if the peer may reset any number of such streams. */
  isTrusted = false;
  receiving: Receiving = 'headers';
  /** Set when both directions have ended, or one side has reset the stream. */
  isClosed = false;
  /** Bytes of data that the headers announced and that are missing. Negative if they announced none. */
  missingBytes = -1;
  /** Number of writes of the connection before those with a client's headers. Negative on a server. */
  openedAfterWrites = -1;
  readonly #owner: StreamOwner;
  #sending: Sending = open;
  /** Set while the stream is in the queue of the connection. */
  #isWaiting = false;
  #consumed = 0;
  /** Data that the peer or the connection does not accept yet. Created when something first has to wait. */
  #waitingData: WaitingData | undefined;

  constructor(id: number, owner: StreamOwner, handler: StreamHandler, sendWindow: number) {
    this.id = id;
    this.#owner = owner;
    this.handler = handler;
    this.sendWindow = sendWindow;
    this.receiveWindow = owner.windowBytes;
  }

  /** Set when both sides have sent everything. */
  get isComplete(): boolean {
    return this.isLocalEnd && this.receiving === 'ended';
  }

  /** Set when this side has sent everything. */
  get isLocalEnd(): boolean {
    return this.#sending.kind === 'ended';
  }

  /** Number of bytes that wait for the peer or the connection. */
  get queuedBytes(): number {
    return this.#waitingData?.bytes ?? 0;
  }

  /** Sends headers. `list` is sent often; the fields of `extra` (names and values, alternating) are not. */
  sendHeaders(list: HeaderList, extra: readonly string[] = none, isEnd = false): void {
    if (this.isClosed || this.isLocalEnd) return;
    const { encoder, writer, sentFrameBytes } = this.#owner;
    encoder.encode(list, extra);
    writer.headers(this.id, encoder.block, encoder.length, isEnd, sentFrameBytes);
    if (isEnd) this.#endLocal();
  }

  /**
   * Sends pieces, in one frame if the peer accepts it. They must not change before they are sent. Returns false if they had to
   * wait; `onSent` is called for them then, perhaps before this function returns.
   */
  sendPieces(pieces: readonly Buffer[], isEnd = false): boolean {
    if (this.isClosed || this.#sending.kind !== 'open') return true;
    let length = 0;
    for (const piece of pieces) length += piece.length;
    if (!this.#fits(length)) {
      this.#sendLater(pieces, isEnd);
      return length === 0;
    }
    this.#startData(length, isEnd);
    for (const piece of pieces) this.#owner.writer.payload(piece, 0, piece.length);
    if (isEnd) this.#endLocal();
    return true;
  }

  /** Sends trailers after everything before them. */
  sendTrailers(list: HeaderList, extra: readonly string[] = none): void {
    if (this.queuedBytes === 0) return this.sendHeaders(list, extra, true);
    if (this.#sending.kind === 'open') this.#sending = { kind: 'ending', trailers: list, extra };
  }

  /** Sends trailers without data, and tells the peer to send no more. */
  reject(list: HeaderList, extra: readonly string[] = none): void {
    this.stopReceiving();
    this.sendHeaders(list, extra, true);
  }

  /** Tells the peer to send no more, once this side has sent everything. What still arrives is passed to the handler. */
  stopReceiving(): void {
    if (this.receiving === 'stopping' || this.receiving === 'ended' || this.isClosed) return;
    this.receiving = 'stopping';
    if (this.isLocalEnd) this.#owner.onStopped(this);
  }

  /** Allows the peer to send `bytes` more, which this side has received and no longer holds. */
  consumed(bytes: number): void {
    this.#consumed += bytes;
    if (this.#consumed < this.#owner.windowBytes / 2 || this.receiving === 'ended' || this.isClosed) return;
    this.receiveWindow += this.#consumed;
    this.#owner.writer.windowUpdate(this.id, this.#consumed);
    this.#consumed = 0;
  }

  /** Ends the stream in both directions. What waits is dropped. The handler is not called again. */
  reset(code: number): void {
    if (this.isClosed) return;
    this.#owner.writer.rstStream(this.id, code);
    this.#close(code, true);
  }

  /** Ends the stream because of an error of the peer. */
  fail(code: number, reason: string): void {
    if (this.isClosed) return;
    this.reset(code);
    this.handler.onFailed(code, reason);
  }

  /** Records that the peer or the connection has ended the stream. */
  lose(code: number, reason: string): void {
    if (this.isClosed) return;
    this.#close(code);
    this.handler.onFailed(code, reason);
  }

  /** Records that the peer has sent everything. */
  endRemote(trailers: HeaderList | undefined): void {
    this.receiving = 'ended';
    if (this.isLocalEnd) this.#close(errorCodes.noError);
    this.handler.onEnd(trailers);
  }

  /** Raises the window of the peer, after it accepted more. */
  raiseSendWindow(bytes: number): void {
    this.sendWindow += bytes;
    if (this.sendWindow > maxWindowBytes)
      return this.fail(errorCodes.flowControlError, 'the window of the stream is too large');
    if (this.queuedBytes > 0 && !this.#isWaiting) this.#send();
  }

  #close(code: number, isResetHere = false): void {
    this.isClosed = true;
    this.#waitingData?.clear();
    if (this.#isWaiting) this.#owner.queue.remove(this);
    this.#isWaiting = false;
    this.#owner.onStreamClosed(this, isResetHere);
    this.handler.onClosed?.(code);
  }

  #sendLater(pieces: readonly Buffer[], isEnd: boolean): void {
    this.#waitingData ??= new WaitingData();
    for (const piece of pieces) this.#waitingData.add(piece);
    if (isEnd) this.#sending = endingPlain;
    if (!this.#isWaiting) this.#send();
  }

  /** Sends what waits. Called by the queue of the connection. */
  pump(): void {
    this.#isWaiting = false;
    this.#send();
  }

  #send(): void {
    const { queue, sentFrameBytes } = this.#owner;
    while (this.queuedBytes > 0) {
      if (this.sendWindow <= 0) return;
      const length = Math.min(this.queuedBytes, this.sendWindow, queue.window, sentFrameBytes);
      if (length <= 0 || !queue.maySend) return this.#wait();
      const isEnd = length === this.queuedBytes && this.#sending === endingPlain;
      this.#startData(length, isEnd);
      this.#waitingData?.write(length, this.#owner.writer);
      if (isEnd) this.#endLocal();
      this.handler.onSent(length);
      if (queue.first !== undefined && this.queuedBytes > 0) return this.#wait();
    }
    if (this.#sending.kind === 'ending') this.#sendEnd(this.#sending.trailers, this.#sending.extra);
  }

  #wait(): void {
    // The handler may have sent more, and waited, while it learnt that something was sent.
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#owner.queue.add(this);
  }

  #sendEnd(trailers: HeaderList | undefined, extra: readonly string[]): void {
    if (trailers !== undefined) return this.sendHeaders(trailers, extra, true);
    if (this.isClosed) return;
    this.#startData(0, true);
    this.#endLocal();
  }

  #fits(length: number): boolean {
    const { queue, sentFrameBytes } = this.#owner;
    return (
      this.queuedBytes === 0 &&
      length <= this.sendWindow &&
      length <= queue.window &&
      length <= sentFrameBytes &&
      queue.maySend
    );
  }

  #startData(length: number, isEnd: boolean): void {
    const { queue, writer } = this.#owner;
    this.sendWindow -= length;
    queue.window -= length;
    queue.frames += 1;
    writer.head(length, frameTypes.data, isEnd ? frameFlags.endStream : 0, this.id);
  }

  #endLocal(): void {
    this.#sending = ended;
    if (this.receiving === 'ended') this.#close(errorCodes.noError);
    else if (this.receiving === 'stopping') this.#owner.onStopped(this);
  }
}
