// A message whose handler has started before the rest of it arrives.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import { payloadOfFrames, type Payload, type PayloadReader, type PayloadRest } from '../oip/payload.js';

/** Size from which a handler may start before its message is whole. The system passes on fewer bytes in one piece. */
export const minArrivingBytes: number = 64 * 1024;

/** Time in which a message of this size arrives in a local network, at 50 MB/s, even at a busy server. */
export const arrivalMs = (bytes: number): Milliseconds => milliseconds(100 + bytes / 50_000);

export interface ArrivalOptions {
  readonly length: number;
  /** The bytes so far, after which the sender may send as many more. The first frame is the head. */
  readonly frames: readonly Buffer[];
  /** Allows the sender to send so many bytes more. */
  readonly allow: (bytes: number) => void;
  /** Called before the listeners of `onLate`. */
  readonly onLate: () => void;
  readonly timers: Pick<Clock, 'after'>;
}

export class ArrivingPayload implements Payload, PayloadRest {
  readonly length: number;
  readonly head: Buffer;
  readonly frames: Buffer[];
  /** Bytes that have not arrived. Negative if too many have. */
  missing: number;
  readonly #options: ArrivalOptions;
  /** Bytes for which the sender was allowed to send more. */
  #allowed: number;
  #reader: PayloadReader | undefined;
  #isTelling = false;
  #isEnded = false;
  /** Set when the whole message is needed, however long it takes. */
  #isAwaited = false;
  #resolve = (): void => undefined;

  constructor(options: ArrivalOptions) {
    const received = payloadOfFrames(options.frames);
    this.length = options.length;
    this.head = received.head;
    this.frames = [...received.frames];
    this.missing = options.length - received.length;
    this.#allowed = received.length;
    this.#options = options;
  }

  get rest(): PayloadRest | undefined {
    return this.#isEnded ? undefined : this;
  }

  /** Takes the next bytes, which do not change. Bytes after the end of the message are only counted. */
  add(frame: Buffer): void {
    this.missing -= frame.length;
    if (this.missing < 0) return;
    this.frames.push(frame);
    this.#tell();
    if (this.#isAwaited) this.#allowAll();
  }

  /** Takes the end of the message, of which nothing may be missing. */
  end(): void {
    this.#isEnded = true;
    this.#tell();
    this.#resolve();
  }

  follow(reader: PayloadReader | undefined): void {
    this.#reader = reader;
    this.#tell();
  }

  /** Calls the reader when all bytes that were received together are there. */
  #tell(): void {
    if (this.#isTelling || this.#reader === undefined) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#reader?.onMore();
    });
  }

  passed(bytes: number): void {
    const added = bytes - this.#allowed;
    if (added <= 0) return;
    this.#allowed = bytes;
    this.#options.allow(added);
  }

  onLate(listener: () => void): Disposable {
    const { timers, onLate } = this.#options;
    return timers.after(arrivalMs(this.length), () => {
      if (this.#isEnded) return;
      onLate();
      listener();
    });
  }

  whole(): Promise<void> {
    this.#isAwaited = true;
    this.#allowAll();
    return new Promise((resolve) => {
      if (this.#isEnded) resolve();
      else this.#resolve = resolve;
    });
  }

  #allowAll(): void {
    this.passed(this.length - this.missing);
  }
}
