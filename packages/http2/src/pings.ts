// The PINGs of a connection, in both directions.

import type { FloodLimit } from './flood-limit.js';
import type { FrameWriter } from './frame-writer.js';
import type { SendQueue } from './send-queue.js';

const pingData = Buffer.alloc(8);

export class Pings {
  readonly #writer: FrameWriter;
  readonly #queue: SendQueue;
  readonly #flood: FloodLimit;
  /** Called when the peer answers, in the order of the PINGs. */
  readonly #waiting: (() => void)[] = [];
  /** Number of DATA frames that were sent before the last PING of the peer. */
  #framesAtPing = 0;

  constructor(writer: FrameWriter, queue: SendQueue, flood: FloodLimit) {
    this.#writer = writer;
    this.#queue = queue;
    this.#flood = flood;
  }

  send(onAck: () => void): void {
    this.#waiting.push(onAck);
    this.#writer.ping(false, pingData, 0);
  }

  /** Answers a PING of the peer, or takes its answer. */
  receive(isAck: boolean, data: Buffer, from: number): void {
    // Clients of gRPC measure the round trip with a PING after they have received data.
    if (this.#queue.frames === this.#framesAtPing) this.#flood.count();
    this.#framesAtPing = this.#queue.frames;
    if (isAck) this.#waiting.shift()?.();
    else this.#writer.ping(true, data, from);
  }
}
