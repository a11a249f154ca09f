// Bytes that came in pieces, cut without being copied.

export interface Chunks {
  readonly length: number;
  /** Views of the bytes from `start` to before `end`. */
  slice(start: number, end: number): readonly Buffer[];
  /** The same, in one piece. */
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
