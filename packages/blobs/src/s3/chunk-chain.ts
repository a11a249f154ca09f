// Selects the chunks of an unfinished upload that form a gapless prefix of the blob. Interrupted uploads may leave overlapping
// chunks. Chunks with other content are not detected here: the digest of the whole blob detects them.

export interface StoredChunk {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

interface Slice {
  readonly key: string;
  /** Start within the chunk. `to` is the end, exclusive. */
  readonly from: number;
  readonly to: number;
}

export interface Chain {
  readonly slices: readonly Slice[];
  /** Size of the prefix. */
  readonly bytes: number;
}

/** Returns the longest chain, of as few chunks as possible. */
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
