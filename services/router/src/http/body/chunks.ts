// Bytes in several buffers, which can be sliced without a copy.

export interface Chunks {
  readonly length: number;
  /** Returns views of the bytes in [start, end). */
  slice(start: number, end: number): readonly Buffer[];
  /** Returns the bytes in [start, end) as one buffer, copied only if they span several. */
  join(start: number, end: number): Buffer;
}

export function createChunks(parts: readonly Buffer[]): Chunks {
  function slice(start: number, end: number): readonly Buffer[] {
    const views: Buffer[] = [];
    let offset = 0;
    for (const part of parts) {
      if (offset >= end) break;
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, part.length);
      if (from < to) views.push(part.subarray(from, to));
      offset += part.length;
    }
    return views;
  }
  return {
    length: parts.reduce((sum, { length }) => sum + length, 0),
    slice,
    join(start, end) {
      const views = slice(start, end);
      const [only] = views;
      return views.length === 1 && only !== undefined ? only : Buffer.concat(views);
    },
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
