// Reads frames from the chunks of a socket. The data of DATA frames is passed on as it comes, before its frame ends and
// without a copy. Other frames are assembled; their size is bounded.

import { checkHead, frameSizeError, priorityBytes } from './frame-shapes.js';
import {
  clientPreface,
  frameFlags,
  frameHeadBytes,
  frameTypes,
  minMaxFrameBytes,
  readUint31,
  readUint32,
} from './frames.js';
import { ConnectionError, errorCodes, protocolError } from './http2-errors.js';

/** Receives the frames of a connection. Its methods may throw the ConnectionError that ends the connection. */
export interface FrameHandler {
  /** Called at the head of a DATA frame. `length` includes the padding. */
  onDataHead(streamId: number, length: number): void;
  /** Called for each part of the data of a frame, without padding: the bytes of `chunk` from `from` to before `to`. */
  onData(chunk: Buffer, from: number, to: number): void;
  onDataEnd(isStreamEnd: boolean): void;
  /** Called with a whole header block: the bytes of `data` from `from` to before `to`, which change afterwards. */
  onHeaderBlock(streamId: number, data: Buffer, from: number, to: number, isStreamEnd: boolean): void;
  onPriority(streamId: number): void;
  /** Called for a stream whose priority depends on itself, after its headers if they have the priority. */
  onSelfDependency(streamId: number): void;
  onRstStream(streamId: number, code: number): void;
  onSettings(isAck: boolean, data: Buffer, from: number, to: number): void;
  onPing(isAck: boolean, data: Buffer, from: number): void;
  onGoAway(lastStreamId: number, code: number, text: string): void;
  onWindowUpdate(streamId: number, increment: number): void;
  onUnknown(): void;
  /** Whether no more is to be read for now. */
  isFull(): boolean;
}

export interface FrameReaderOptions {
  /** Set for the connections of a server, whose clients send a preface. */
  readonly expectsPreface: boolean;
  readonly maxFrameBytes: number;
  /** Maximum size of a header block before it is decoded. */
  readonly maxBlockBytes: number;
}

/** Maximum number of frames of one header block. */
const maxBlockFrames = 32;
const maxPaddingBytes = 255;

const none = Buffer.alloc(0);
const preface = Buffer.from(clientPreface);

/** Parts of a frame that the next bytes belong to. `skipped`: padding, or the payload of an unknown frame. */
const parts = { preface: 0, head: 1, padLength: 2, data: 3, payload: 4, skipped: 5 } as const;

export class FrameReader {
  readonly #handler: FrameHandler;
  readonly #maxFrameBytes: number;
  readonly #maxBlockBytes: number;
  #part: number;
  #isFirst = true;
  /** Bytes of the current part that are missing. */
  #missing: number;
  readonly #head: Buffer = Buffer.alloc(frameHeadBytes);
  #type = 0;
  #flags = 0;
  #streamId = 0;
  #length = 0;
  #padding = 0;
  /** Payload so far of a frame that began in an earlier chunk. */
  #payload: Buffer = none;
  /** Stream of the header block that continues in the next frame. 0 if there is none. */
  #blockStreamId = 0;
  #blockFrames = 0;
  #block: Buffer = none;
  #isBlockStreamEnd = false;
  /** Set if the stream of the header block depends on itself. */
  #isSelfDependent = false;

  constructor(handler: FrameHandler, { expectsPreface, maxFrameBytes, maxBlockBytes }: FrameReaderOptions) {
    this.#handler = handler;
    this.#maxFrameBytes = maxFrameBytes;
    this.#maxBlockBytes = maxBlockBytes;
    this.#part = expectsPreface ? parts.preface : parts.head;
    this.#missing = expectsPreface ? preface.length : frameHeadBytes;
  }

  /**
   * Reads the next bytes until the handler is full. Returns those that are left. Throws a ConnectionError, after which nothing
   * more can be read.
   */
  read(chunk: Buffer): Buffer {
    let at = 0;
    while (at < chunk.length && !this.#handler.isFull()) at = this.#readPart(chunk, at);
    return at === chunk.length ? none : chunk.subarray(at);
  }

  #readPart(chunk: Buffer, at: number): number {
    const to = Math.min(chunk.length, at + this.#missing);
    switch (this.#part) {
      case parts.head:
        return this.#readHead(chunk, at, to);
      case parts.data:
        this.#missing -= to - at;
        this.#handler.onData(chunk, at, to);
        if (this.#missing === 0) this.#expectPadding();
        return to;
      case parts.padLength:
        this.#startData(this.#length - 1, chunk[at] ?? 0);
        return to;
      case parts.payload:
        return this.#readPayload(chunk, at, to);
      case parts.skipped:
        this.#missing -= to - at;
        if (this.#missing > 0) return to;
        if (this.#type === frameTypes.data) this.#endData();
        else this.#expectHead();
        return to;
      default:
        return this.#readPreface(chunk, at, to);
    }
  }

  #readPreface(chunk: Buffer, at: number, to: number): number {
    const from = preface.length - this.#missing;
    for (let index = 0; index < to - at; index++) {
      if (chunk[at + index] !== preface[from + index]) throw protocolError('the client does not speak HTTP/2');
    }
    this.#missing -= to - at;
    if (this.#missing === 0) this.#expectHead();
    return to;
  }

  #expectHead(): void {
    this.#part = parts.head;
    this.#missing = frameHeadBytes;
  }

  #readHead(chunk: Buffer, at: number, to: number): number {
    if (to - at === frameHeadBytes) {
      this.#startFrame(chunk, at);
      return to;
    }
    for (let index = at; index < to; index++) this.#head[frameHeadBytes - this.#missing--] = chunk[index] ?? 0;
    if (this.#missing === 0) this.#startFrame(this.#head, 0);
    return to;
  }

  #startFrame(head: Buffer, at: number): void {
    const length = ((head[at] ?? 0) << 16) | ((head[at + 1] ?? 0) << 8) | (head[at + 2] ?? 0);
    this.#length = length;
    this.#type = head[at + 3] ?? 0;
    this.#flags = head[at + 4] ?? 0;
    this.#streamId = readUint31(head, at + 5);
    if (this.#isFirst) this.#checkFirst();
    if (length > this.#maxFrameBytes) throw frameSizeError('too large', length);
    if (this.#blockStreamId !== 0 && (this.#type !== frameTypes.continuation || this.#streamId !== this.#blockStreamId))
      throw protocolError('a header block is interrupted by another frame');
    if (this.#type === frameTypes.data) return this.#startDataFrame();
    if (!checkHead(this.#type, length, this.#flags, this.#streamId)) {
      this.#handler.onUnknown();
      if (length === 0) return this.#expectHead();
      this.#part = parts.skipped;
      this.#missing = length;
      return;
    }
    if (this.#type === frameTypes.continuation && this.#blockStreamId === 0)
      throw protocolError('a CONTINUATION frame does not follow a header block');
    const maxBytes = Math.max(minMaxFrameBytes, this.#maxBlockBytes + maxPaddingBytes + priorityBytes + 1);
    if (length > maxBytes) throw tooLarge(this.#maxBlockBytes);
    if (length === 0) return this.#endFrame(none, 0);
    this.#part = parts.payload;
    this.#missing = length;
  }

  #checkFirst(): void {
    if (this.#type !== frameTypes.settings || (this.#flags & frameFlags.ack) !== 0)
      throw protocolError('the peer does not speak HTTP/2: its first frame is not SETTINGS');
    this.#isFirst = false;
  }

  #startDataFrame(): void {
    if (this.#streamId === 0) throw protocolError('a DATA frame has no stream');
    this.#handler.onDataHead(this.#streamId, this.#length);
    if ((this.#flags & frameFlags.padded) === 0) return this.#startData(this.#length, 0);
    if (this.#length === 0) throw protocolError('the padding of a frame is larger than the frame');
    this.#part = parts.padLength;
    this.#missing = 1;
  }

  #startData(length: number, padding: number): void {
    if (padding > length) throw protocolError('the padding of a frame is larger than the frame');
    this.#padding = padding;
    this.#part = parts.data;
    this.#missing = length - padding;
    if (this.#missing === 0) this.#expectPadding();
  }

  #expectPadding(): void {
    if (this.#padding === 0) return this.#endData();
    this.#part = parts.skipped;
    this.#missing = this.#padding;
  }

  #endData(): void {
    this.#expectHead();
    this.#handler.onDataEnd((this.#flags & frameFlags.endStream) !== 0);
  }

  #readPayload(chunk: Buffer, at: number, to: number): number {
    if (to - at === this.#length) {
      this.#endFrame(chunk, at);
      return to;
    }
    if (this.#missing === this.#length) this.#payload = Buffer.allocUnsafeSlow(this.#length);
    chunk.copy(this.#payload, this.#length - this.#missing, at, to);
    this.#missing -= to - at;
    if (this.#missing > 0) return to;
    const payload = this.#payload;
    this.#payload = none;
    this.#endFrame(payload, 0);
    return to;
  }

  #endFrame(data: Buffer, from: number): void {
    this.#expectHead();
    const flags = this.#flags;
    const id = this.#streamId;
    const to = from + this.#length;
    switch (this.#type) {
      case frameTypes.headers:
        return this.#endHeaders(data, from, to);
      case frameTypes.continuation:
        return this.#addToBlock(data, from, to);
      case frameTypes.windowUpdate:
        return this.#handler.onWindowUpdate(id, readUint31(data, from));
      case frameTypes.rstStream:
        return this.#handler.onRstStream(id, readUint32(data, from));
      case frameTypes.priority:
        if (readUint31(data, from) === id) return this.#handler.onSelfDependency(id);
        return this.#handler.onPriority(id);
      case frameTypes.settings:
        return this.#handler.onSettings((flags & frameFlags.ack) !== 0, data, from, to);
      case frameTypes.ping:
        return this.#handler.onPing((flags & frameFlags.ack) !== 0, data, from);
      default:
        return this.#handler.onGoAway(
          readUint31(data, from),
          readUint32(data, from + 4),
          data.toString('utf8', from + 8, to),
        );
    }
  }

  #endHeaders(data: Buffer, start: number, end: number): void {
    const flags = this.#flags;
    let from = start;
    let to = end;
    if ((flags & frameFlags.padded) !== 0) to -= data[from++] ?? 0;
    if ((flags & frameFlags.priority) !== 0) {
      this.#isSelfDependent = from + priorityBytes <= to && readUint31(data, from) === this.#streamId;
      from += priorityBytes;
    }
    if (from > to) throw protocolError('the padding of a frame is larger than the frame');
    const isStreamEnd = (flags & frameFlags.endStream) !== 0;
    if ((flags & frameFlags.endHeaders) !== 0) {
      if (to - from > this.#maxBlockBytes) throw tooLarge(this.#maxBlockBytes);
      return this.#endBlock(this.#streamId, data, from, to, isStreamEnd);
    }
    this.#blockStreamId = this.#streamId;
    this.#isBlockStreamEnd = isStreamEnd;
    this.#blockFrames = 0;
    this.#addToBlock(data, from, to);
  }

  #addToBlock(data: Buffer, from: number, to: number): void {
    const bytes = this.#block.length + to - from;
    if (bytes > this.#maxBlockBytes || ++this.#blockFrames > maxBlockFrames) throw tooLarge(this.#maxBlockBytes);
    // The number of frames is bounded, so copying all that came before is, too.
    this.#block = Buffer.concat([this.#block, data.subarray(from, to)]);
    if ((this.#flags & frameFlags.endHeaders) === 0) return;
    const block = this.#block;
    const id = this.#blockStreamId;
    this.#block = none;
    this.#blockStreamId = 0;
    this.#endBlock(id, block, 0, block.length, this.#isBlockStreamEnd);
  }

  #endBlock(id: number, block: Buffer, from: number, to: number, isStreamEnd: boolean): void {
    this.#handler.onHeaderBlock(id, block, from, to, isStreamEnd);
    if (this.#isSelfDependent) this.#handler.onSelfDependency(id);
    this.#isSelfDependent = false;
  }
}

const tooLarge = (maxBlockBytes: number): ConnectionError =>
  new ConnectionError(
    errorCodes.enhanceYourCalm,
    `a header block exceeds ${maxBlockBytes} bytes or ${maxBlockFrames} frames`,
  );
