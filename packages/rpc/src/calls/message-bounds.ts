// Finds the gRPC messages in the data of a call: each has a flag, four bytes of length, and its bytes.

import type { MessageReader } from '@pareto/protocol';
import { headBytes } from '../transport/message-head.js';

/** Memory that one message of a stream costs besides its bytes, however small it is. */
export const messageCost = 128;

/**
 * Finds the messages, and passes them to `reader`, except one whose length is over `maxBytes`. A class, since an
 * object literal with accessors takes 2 µs for each call.
 */
export class MessageBounds {
  readonly #maxBytes: number;
  readonly #reader: MessageReader | undefined;
  /** Bytes so far of the head of the current message. */
  #head = 0;
  #length = 0;
  #isCompressed = false;
  /** Bytes of the current message that are missing. */
  missing = 0;
  /** Cost of all messages so far: their bytes without their heads, and `messageCost` for each. */
  messageBytes = 0;

  constructor(maxBytes: number, reader?: MessageReader) {
    this.#maxBytes = maxBytes;
    this.#reader = reader;
  }
  /** Set if the last byte so far ended a message, or if there was none yet. */
  get isBetween(): boolean {
    return this.#head === 0 && this.missing === 0;
  }
  /** Returns the largest length that a message announced in this data. -1 if none began. */
  follow(data: Uint8Array): number {
    let largest = -1;
    for (let at = 0; at < data.length;) {
      if (this.missing > 0) {
        const taken = Math.min(this.missing, data.length - at);
        this.#reader?.read(data, at, at + taken);
        this.missing -= taken;
        this.messageBytes += taken;
        at += taken;
        if (this.missing === 0) this.#reader?.end();
        continue;
      }
      if (this.#head === 0) this.#isCompressed = data[at] !== 0;
      else this.#length = this.#length * 256 + (data[at] ?? 0);
      this.#head += 1;
      at += 1;
      if (this.#head < headBytes) continue;
      largest = Math.max(largest, this.#length);
      if (this.#length > this.#maxBytes) return largest;
      this.missing = this.#length;
      this.#head = this.#length = 0;
      this.messageBytes += messageCost;
      this.#reader?.begin(this.#isCompressed);
      if (this.missing === 0) this.#reader?.end();
    }
    return largest;
  }
}
