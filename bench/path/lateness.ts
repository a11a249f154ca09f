// How late a client sends, which h2load does not count as latency.

/**
 * Returns how late each request was sent, in ms and ascending order, against a schedule with equal intervals. The request that
 * was sent earliest against it counts as on time. `startsMs` are in ascending order and without gaps.
 */
export function latenessOf(startsMs: Float64Array, intervalMs: number): Float64Array {
  const offsets = startsMs.map((startMs, index) => startMs - index * intervalMs).toSorted();
  const [earliest = 0] = offsets;
  return offsets.map((offset) => offset - earliest);
}
