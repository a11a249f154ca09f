// The messages of a request's stream that wait for their reader.

import { ParetoError } from '@pareto/core';
import { joinSlices } from '@pareto/protocol';
import { compressedMessage } from './decode-request.js';
import { MessageBounds, messageCost } from './message-bounds.js';

/** Cost of whole messages that wait, from which the client may send no more. */
const enoughBytes = 64 * 1024;

export class MessageQueue {
  readonly #consumed: (bytes: number) => void;
  readonly #bounds: MessageBounds;
  readonly #messages: Buffer[] = [];
  #parts: Buffer[] = [];
  #bytes = 0;
  /** Received bytes for which the client may not send more yet. */
  #heldBytes = 0;
  #isEnded = false;
  #failure: ParetoError | undefined;
  #wake = (): void => undefined;

  /** `consumed` allows the client to send so many bytes more. */
  constructor(consumed: (bytes: number) => void) {
    this.#consumed = consumed;
    this.#bounds = new MessageBounds(Infinity, {
      begin: (isCompressed) => {
        if (isCompressed) throw compressedMessage();
      },
      read: (data, from, to) => void this.#parts.push(Buffer.from(data.buffer, data.byteOffset + from, to - from)),
      end: () => this.#push(),
    });
  }

  /** Set if no whole message waits. */
  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Takes data, which does not change. Returns false if enough waits. Throws `unimplemented` for a compressed message. */
  add(data: Buffer): boolean {
    this.#bounds.follow(data);
    return this.#mayReceive;
  }

  /** Records received bytes for which the client may send more once the reader has taken what waits. */
  hold(bytes: number): void {
    this.#heldBytes += bytes;
  }

  /** Takes the end of the messages. Throws `invalid-argument` in the middle of one. */
  end(): void {
    if (!this.#bounds.isBetween)
      throw new ParetoError('invalid-argument', 'the request ended in the middle of a message');
    this.#isEnded = true;
    this.#wake();
  }

  /** Ends the messages with an error, after which none that waits is read. */
  fail(failure: ParetoError): void {
    if (this.#isEnded && this.isEmpty) return;
    this.#failure ??= failure;
    this.#wake();
  }

  /** Returns the next message. Undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const message = this.#messages.shift();
      if (message !== undefined) {
        this.#bytes -= message.length + messageCost;
        this.#release();
        return message;
      }
      if (this.#isEnded) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  get #mayReceive(): boolean {
    return this.#bytes < enoughBytes;
  }

  #release(): void {
    if (this.#heldBytes === 0 || !this.#mayReceive) return;
    const bytes = this.#heldBytes;
    this.#heldBytes = 0;
    this.#consumed(bytes);
  }

  #push(): void {
    const message = joinSlices(this.#parts);
    this.#parts = [];
    this.#messages.push(message);
    this.#bytes += message.length + messageCost;
    this.#wake();
  }
}
