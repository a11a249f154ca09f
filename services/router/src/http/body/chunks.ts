// Bytes in several buffers, which can be sliced without a copy.

import { joinSlices, sliceRange } from '@pareto/protocol';

export interface Chunks {
  readonly length: number;
  /** Returns views of the bytes in [start, end). */
  slice(start: number, end: number): readonly Buffer[];
  /** Returns the bytes in [start, end) as one buffer, copied only if they span several. */
  join(start: number, end: number): Buffer;
}

export function createChunks(parts: readonly Buffer[]): Chunks {
  return {
    length: parts.reduce((sum, { length }) => sum + length, 0),
    slice: (start, end) => sliceRange(parts, start, end),
    join: (start, end) => joinSlices(sliceRange(parts, start, end)),
  };
}

export interface ChunkCollector {
  add(part: Buffer): void;
  end(): Chunks;
}

/** Number of parts above which smaller parts are copied together into blocks. */
const maxParts = 8;
const blockBytes = 64 * 1024;

/** Collects the parts of a body. Merges small parts, since each buffer has an overhead larger than a small part. */
export function createChunkCollector(): ChunkCollector {
  const parts: Buffer[] = [];
  let block = Buffer.alloc(0);
  let used = 0;
  const flush = (): void => {
    if (used > 0) parts.push(block.subarray(0, used));
    block = Buffer.alloc(0);
    used = 0;
  };
  return {
    add(part) {
      if (parts.length < maxParts || part.length >= blockBytes / 4) {
        flush();
        parts.push(part);
        return;
      }
      if (used + part.length > block.length) {
        flush();
        block = Buffer.allocUnsafeSlow(blockBytes);
      }
      used += part.copy(block, used);
    },
    end() {
      flush();
      return createChunks(parts);
    },
  };
}
