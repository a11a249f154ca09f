// Splits a stream of bytes into messages whose bodies are in memory that is used again, for an executor process.

import type { BufferPool } from './buffer-pool.js';
import { headBytes, openMessage, readHead, type Message, type MessageHead } from './message.js';
import type { Header } from './message-header.js';

export interface MessageFiller {
  /** Reads the next bytes of the stream. */
  read(chunk: Buffer): void;
  /** The missing part of the body that is being read, to be filled by the stream itself. Undefined between bodies. */
  readonly missing: Buffer | undefined;
  /** Records that the stream has filled the first bytes of `missing`. */
  filled(bytes: number): void;
}

/**
 * Creates a filler. Each tensor of a message is one slice, aligned to 8 bytes, of `body`, which the receiver of the message gives
 * back to the pool.
 */
export function createMessageFiller<H extends Header>(
  pool: Pick<BufferPool, 'take'>,
  onMessage: (message: Message<H>, body: Buffer) => void,
): MessageFiller {
  const headBuffer = Buffer.alloc(headBytes);
  let head: MessageHead | undefined;
  let target: Buffer = headBuffer;
  let at = 0;

  function filled(bytes: number): void {
    at += bytes;
    if (at < target.length) return;
    const body = target;
    at = 0;
    if (head === undefined) {
      head = readHead(headBuffer);
      target = pool.take(head.bodyBytes);
    } else {
      const message = openMessage<H>(head, [body]);
      head = undefined;
      target = headBuffer;
      onMessage(message, body);
    }
  }
  return {
    filled,
    get missing() {
      return head === undefined ? undefined : target.subarray(at);
    },
    read(chunk) {
      for (let from = 0; from < chunk.length;) {
        const copied = chunk.copy(target, at, from);
        from += copied;
        filled(copied);
      }
    },
  };
}
