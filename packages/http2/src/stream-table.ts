// The streams of a connection: those that are open, and what is known of the others.

import type { FrameStream } from './frame-stream.js';
import { maxStreamId } from './frames.js';
import { protocolError } from './http2-errors.js';
import { StreamMap } from './stream-map.js';

/** Number of streams that are remembered after both sides, or the peer, have closed them. */
const rememberedStreams = 1024;
/**
 * Number of streams that are remembered after they were reset on this side, as frames of them may still arrive. A client may
 * have sent that many requests that are all rejected.
 */
const rememberedResets = 32_768;

export class StreamTable {
  readonly open: StreamMap<FrameStream> = new StreamMap<FrameStream>();
  /** The last stream that the peer has opened. */
  lastPeerId = 0;
  readonly #isServer: boolean;
  #nextId: number;
  /** Streams that were reset on this side, the oldest one first. */
  readonly #resetIds = new Set<number>();
  /** Streams that both sides, or the peer, have closed. Created for the first one, which idle connections may not have. */
  #closedIds: Int32Array | undefined;
  #closedCount = 0;

  /** `firstId` is that of the first stream of a client. */
  constructor(isServer: boolean, firstId = 1) {
    this.#isServer = isServer;
    this.#nextId = firstId;
  }

  /** Set if no id is left for streams of this side. */
  get isExhausted(): boolean {
    return this.#nextId > maxStreamId;
  }

  /** Returns the id of the next stream of a client. */
  takeId(): number {
    const id = this.#nextId;
    this.#nextId += 2;
    return id;
  }

  /** Returns the stream of a frame. Throws if it was never opened. Undefined if it has closed. */
  find(id: number): FrameStream | undefined {
    const stream = this.open.get(id);
    if (stream === undefined && this.#isIdle(id)) throw protocolError(`a frame arrived for the idle stream ${id}`);
    return stream;
  }

  #isIdle(id: number): boolean {
    const isOfClient = id % 2 === 1;
    if (!isOfClient) return true;
    return this.#isServer ? id > this.lastPeerId : id >= this.#nextId;
  }

  close(id: number, isResetHere: boolean): void {
    this.open.delete(id);
    if (isResetHere) return this.#remember(id);
    this.#closedIds ??= new Int32Array(rememberedStreams);
    this.#closedIds[this.#closedCount++ % rememberedStreams] = id;
  }

  #remember(id: number): void {
    this.#resetIds.add(id);
    if (this.#resetIds.size <= rememberedResets) return;
    for (const oldest of this.#resetIds) return void this.#resetIds.delete(oldest);
  }

  /** Whether the stream was reset on this side. Only recent ones are known. */
  wasReset(id: number): boolean {
    return this.#resetIds.has(id);
  }

  /** Whether the stream was closed by both sides, or by the peer. Only recent ones are known. */
  wasClosed(id: number): boolean {
    return this.#closedIds?.includes(id) === true;
  }
}
