// Which chunks of an unfinished upload, one after the other, make its beginning. Uploads that were interrupted may have left
// chunks that overlap; all of them are of the same content, or the digest tells.

export interface StoredChunk {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

interface Slice {
  readonly key: string;
  /** Within the chunk. */
  readonly from: number;
  readonly to: number;
}

export interface Chain {
  readonly slices: readonly Slice[];
  /** Of the whole, from its start without a gap. */
  readonly bytes: number;
}

/** The chain that reaches furthest, of as few chunks as do. */
export function planChain(chunks: readonly StoredChunk[]): Chain {
  const byStart = [...chunks].sort((a, b) => a.start - b.start);
  const slices: Slice[] = [];
  let [bytes, next] = [0, 0];
  for (;;) {
    let furthest: StoredChunk | undefined;
    for (let chunk = byStart[next]; chunk !== undefined && chunk.start <= bytes; chunk = byStart[++next]) {
      if (chunk.end > (furthest?.end ?? bytes)) furthest = chunk;
    }
    if (furthest === undefined) return { slices, bytes };
    slices.push({ key: furthest.key, from: bytes - furthest.start, to: furthest.end - furthest.start });
    bytes = furthest.end;
  }
}
