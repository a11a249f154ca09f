// Splits a stream of bytes into messages without a copy, for the worker process.

import { headBytes, openMessage, readHead, type Message, type MessageHead } from './message.js';
import type { Header } from './message-header.js';

export interface MessageSlicer {
  /** Reads the next bytes of the stream. */
  read(chunk: Buffer): void;
}

/** Creates a slicer. The tensors of a message are views of the chunks in which it arrived. */
export function createMessageSlicer<H extends Header>(onMessage: (message: Message<H>) => void): MessageSlicer {
  /** Chunks that do not complete a message. If there are several, they contain at least a head. */
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let head: MessageHead | undefined;

  function wait(chunk: Buffer): void {
    if (chunk.length > 0) waiting.push(chunk);
    waitingBytes += chunk.length;
  }
  /** Completes a message with the first bytes of the chunk, and returns the others. Undefined if bytes are missing. */
  function complete(chunk: Buffer): Buffer | undefined {
    if (waitingBytes + chunk.length < headBytes) return undefined;
    head ??= readHead(chunk);
    const end = headBytes + head.bodyBytes - waitingBytes;
    if (end > chunk.length) return undefined;
    waiting.push(chunk.subarray(0, end));
    const [first = chunk, ...others] = waiting;
    const message = openMessage<H>(head, [first.subarray(headBytes), ...others]);
    head = undefined;
    waiting = [];
    waitingBytes = 0;
    onMessage(message);
    return chunk.subarray(end);
  }
  return {
    read(chunk) {
      let rest = chunk;
      if (head === undefined && waitingBytes > 0) {
        rest = Buffer.concat([...waiting, chunk]);
        waiting = [];
        waitingBytes = 0;
      }
      for (;;) {
        const next = complete(rest);
        if (next === undefined) return wait(rest);
        rest = next;
      }
    },
  };
}
