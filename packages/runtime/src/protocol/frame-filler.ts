// Splits a stream of bytes into frames whose bodies are in memory that is used again, for an executor process.

import type { BufferPool } from './buffer-pool.js';
import { headBytes, openFrame, readHead, type Frame, type FrameHead } from './frame.js';
import type { Message } from './message-header.js';

export interface FrameFiller {
  /** Reads the next bytes of the stream. */
  read(chunk: Buffer): void;
  /** The missing part of the body that is being read, to be filled by the stream itself. Undefined between bodies. */
  readonly missing: Buffer | undefined;
  /** Records that the stream has filled the first bytes of `missing`. */
  filled(bytes: number): void;
}

/**
 * Creates a filler. Each tensor of a frame is one slice, aligned to 8 bytes, of `body`, which the receiver of the frame gives
 * back to the pool.
 */
export function createFrameFiller<M extends Message>(
  pool: Pick<BufferPool, 'take'>,
  onFrame: (frame: Frame<M>, body: Buffer) => void,
): FrameFiller {
  const headOfFrame = Buffer.alloc(headBytes);
  let head: FrameHead | undefined;
  let target: Buffer = headOfFrame;
  let at = 0;

  function filled(bytes: number): void {
    at += bytes;
    if (at < target.length) return;
    const body = target;
    at = 0;
    if (head === undefined) {
      head = readHead(headOfFrame);
      target = pool.take(head.bodyBytes);
    } else {
      const frame = openFrame<M>(head, [body]);
      head = undefined;
      target = headOfFrame;
      onFrame(frame, body);
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
