// Writes frames. The frames of a turn of the event loop go to the socket together, unless they are many. Payloads are not
// joined: small ones are copied behind the head of their frame, and others are written as they are.

import { copyBytes } from '@pareto/core';
import { frameFlags, frameHeadBytes, frameTypes, writeUint32 } from './frames.js';

export interface FrameSink {
  /** Number of bytes that were written but are not sent yet. */
  readonly pendingBytes: number;
  /**
   * Writes pieces together. The array is reused afterwards; the pieces do not change before they are sent. Returns false if
   * the transport has closed, so that nothing is sent.
   */
  write(pieces: readonly Buffer[]): boolean;
  /** Closes the transport after its writes. */
  end(): void;
}

/** Payloads up to this size are copied, which takes less time than writing one more piece. */
const maxCopiedBytes = 2048;
/** Sizes of the memory for heads and small payloads: it grows while a connection is busy. */
const minSlabBytes = 512;
const maxSlabBytes = 64 * 1024;
/** Bytes that are written before the turn ends. */
const flushBytes = 128 * 1024;
/** Bytes that are written before the next headers, so that the peer handles the first of many messages meanwhile. */
const flushBeforeHeadersBytes = 8 * 1024;

export class FrameWriter {
  readonly #sink: FrameSink;
  readonly #schedule: (flush: () => void) => void;
  readonly #flush = (): void => this.flush();
  #isScheduled = false;
  readonly #pieces: Buffer[] = [];
  #pieceBytes = 0;
  /** Number of unsent bytes of frames other than DATA, at most. */
  #controlBytes = 0;
  /** Number of times that the transport took what was written. */
  writes = 0;
  /** Heads and small payloads. Those from `#from` to before `#at` are not in `#pieces` yet. */
  #slab: Buffer = Buffer.allocUnsafeSlow(minSlabBytes);
  #from = 0;
  #at = 0;

  /** `schedule` calls a function at the end of the turn. */
  constructor(sink: FrameSink, schedule: (flush: () => void) => void) {
    this.#sink = sink;
    this.#schedule = schedule;
  }

  /** Number of bytes that are not sent yet. */
  get pendingBytes(): number {
    return this.#waitingBytes + this.#sink.pendingBytes;
  }

  /** Number of unsent bytes of frames other than DATA, at most. The windows of the peer do not bound them. */
  get pendingControlBytes(): number {
    return Math.min(this.#controlBytes, this.pendingBytes);
  }

  /** Number of bytes that are not written yet. */
  get #waitingBytes(): number {
    return this.#pieceBytes + this.#at - this.#from;
  }

  /** Starts a frame, whose payload of `length` bytes follows. */
  head(length: number, type: number, flags: number, streamId: number): void {
    this.#reserve(frameHeadBytes);
    if (type !== frameTypes.data) this.#controlBytes += frameHeadBytes + length;
    const slab = this.#slab;
    const at = this.#at;
    slab[at] = length >>> 16;
    slab[at + 1] = length >>> 8;
    slab[at + 2] = length;
    slab[at + 3] = type;
    slab[at + 4] = flags;
    writeUint32(slab, at + 5, streamId);
    this.#at = at + frameHeadBytes;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#slab[this.#at++] = value >>> 8;
    this.#slab[this.#at++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    writeUint32(this.#slab, this.#at, value);
    this.#at += 4;
  }

  /** Copies the bytes of `data` from `from` to before `to`. */
  copy(data: Buffer, from: number, to: number): void {
    this.#reserve(to - from);
    copyBytes(data, from, to, this.#slab, this.#at);
    this.#at += to - from;
  }

  /** Writes the bytes of `data` from `from` to before `to`, which must not change before they are sent. */
  payload(data: Buffer, from: number, to: number): void {
    const length = to - from;
    if (length <= maxCopiedBytes) return this.copy(data, from, to);
    this.#cut();
    this.#pieces.push(length === data.length ? data : data.subarray(from, to));
    this.#pieceBytes += length;
    if (this.#pieceBytes >= flushBytes) this.flush();
    else this.#wake();
  }

  /** Writes a header block, in several frames if it does not fit into one. */
  headers(streamId: number, block: Buffer, length: number, isStreamEnd: boolean, maxFrameBytes: number): void {
    if (this.#waitingBytes >= flushBeforeHeadersBytes) this.flush();
    for (let from = 0; from === 0 || from < length; from += maxFrameBytes) {
      const to = Math.min(length, from + maxFrameBytes);
      const type = from === 0 ? frameTypes.headers : frameTypes.continuation;
      const end = from === 0 && isStreamEnd ? frameFlags.endStream : 0;
      this.head(to - from, type, to === length ? end | frameFlags.endHeaders : end, streamId);
      this.copy(block, from, to);
    }
  }

  rstStream(streamId: number, code: number): void {
    this.head(4, frameTypes.rstStream, 0, streamId);
    this.uint32(code);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.head(4, frameTypes.windowUpdate, 0, streamId);
    this.uint32(increment);
  }

  /** Writes PING with the 8 bytes of `data` from `from`. */
  ping(isAck: boolean, data: Buffer, from: number): void {
    this.head(8, frameTypes.ping, isAck ? frameFlags.ack : 0, 0);
    this.copy(data, from, from + 8);
  }

  goAway(lastStreamId: number, code: number, text: string): void {
    const data = Buffer.from(text.slice(0, 200));
    this.head(8 + data.length, frameTypes.goAway, 0, 0);
    this.uint32(lastStreamId);
    this.uint32(code);
    this.copy(data, 0, data.length);
  }

  flush(): void {
    this.#isScheduled = false;
    this.#cut();
    if (this.#pieces.length === 0) return;
    this.#controlBytes = this.pendingControlBytes;
    this.#pieceBytes = 0;
    if (this.#sink.write(this.#pieces)) this.writes++;
    this.#pieces.length = 0;
  }

  /** Adds what is in the slab to the pieces. */
  #cut(): void {
    if (this.#at === this.#from) return;
    this.#pieces.push(this.#slab.subarray(this.#from, this.#at));
    this.#pieceBytes += this.#at - this.#from;
    this.#from = this.#at;
  }

  #reserve(bytes: number): void {
    if (!this.#isScheduled) this.#wake();
    if (this.#at + bytes <= this.#slab.length) return;
    this.#cut();
    this.#slab = Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(maxSlabBytes, this.#slab.length * 2)));
    this.#from = this.#at = 0;
  }

  /** Schedules the end of the turn, at its first frame. */
  #wake(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Everything was sent, so the slab can be written again.
    if (this.#pieces.length === 0 && this.#at === this.#from && this.#sink.pendingBytes === 0)
      this.#from = this.#at = 0;
    this.#schedule(this.#flush);
  }
}
