// Splits a stream of bytes into frames without a copy, for the worker process.

import { headBytes, openFrame, readHead, type Frame, type FrameHead } from './frame.js';
import type { Message } from './message-header.js';

export interface FrameSlicer {
  /** Reads the next bytes of the stream. */
  read(chunk: Buffer): void;
}

/** Creates a slicer. The tensors of a frame are views of the chunks in which it arrived. */
export function createFrameSlicer<M extends Message>(onFrame: (frame: Frame<M>) => void): FrameSlicer {
  /** Chunks that do not complete a frame. If there are several, they contain at least a head. */
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let head: FrameHead | undefined;

  function wait(chunk: Buffer): void {
    if (chunk.length > 0) waiting.push(chunk);
    waitingBytes += chunk.length;
  }
  /** Completes a frame with the first bytes of the chunk, and returns the others. Undefined if bytes are missing. */
  function complete(chunk: Buffer): Buffer | undefined {
    if (waitingBytes + chunk.length < headBytes) return undefined;
    head ??= readHead(chunk);
    const end = headBytes + head.bodyBytes - waitingBytes;
    if (end > chunk.length) return undefined;
    waiting.push(chunk.subarray(0, end));
    const [first = chunk, ...others] = waiting;
    const frame = openFrame<M>(head, [first.subarray(headBytes), ...others]);
    head = undefined;
    waiting = [];
    waitingBytes = 0;
    onFrame(frame);
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
