// How the leader's events are written to the store: in chunks of many events, of which only the last one is rewritten.

/** A stored chunk, without its events. */
export interface EventChunk {
  readonly count: number;
  /** Time of its newest event, in milliseconds since the Unix epoch. */
  readonly newestWallMs: number;
}

export interface LoggedEntry {
  readonly bytes: number;
  /** Entries with the same key are occurrences of one event. */
  readonly key: string;
  /** Set if the entry counts the previous occurrence too, and replaces it. */
  readonly isRepeat: boolean;
}

export interface EventLogParams {
  /** Number of the newest events that are kept. Chunks are deleted whole, so the store may have some more. */
  readonly maxEvents: number;
  readonly maxAgeMs: number;
  /** Bounds the memory of every controller, together with `maxChunkBytes`. */
  readonly maxChunks: number;
  readonly maxChunkBytes: number;
  /** Maximum number of chunks that one write deletes. */
  readonly maxDropped: number;
  /** Maximum size of all chunks of one write. */
  readonly maxWriteBytes: number;
  /** Time that the first event waits for further ones. */
  readonly gatherMs: number;
  /** Minimum time between the beginnings of two writes. */
  readonly spacingMs: number;
}

export const defaultEventLogParams: EventLogParams = {
  maxEvents: 10_000,
  maxAgeMs: 7 * 24 * 3_600_000,
  maxChunks: 128,
  maxChunkBytes: 32 * 1_024,
  maxDropped: 64,
  maxWriteBytes: 512 * 1_024,
  gatherMs: 100,
  spacingMs: 1_000,
};

export interface EventWrite<E> {
  /** New content of the last stored chunk. Undefined if it stays as it is. */
  readonly last: readonly E[] | undefined;
  /** Chunks to add. */
  readonly added: readonly (readonly E[])[];
  /** Number of pending entries that the write contains, the oldest first. */
  readonly taken: number;
  /** Number of stored chunks to delete, the oldest first. Never the last one, which has the last id. */
  readonly dropped: number;
}

/**
 * Returns the next write. A repeat replaces the previous occurrence if that is in the last stored chunk, so that an event
 * that repeats for days does not evict the others.
 */
export function planEventWrite<E extends LoggedEntry>(
  stored: readonly EventChunk[],
  lastChunk: readonly E[],
  pending: readonly E[],
  nowWallMs: number,
  params: EventLogParams,
): EventWrite<E> {
  const taken = countWithin(pending, params.maxWriteBytes - params.maxChunkBytes);
  const batch = pending.slice(0, taken);
  const [last = [], ...added] = fillChunks(withoutRepeated(lastChunk, batch), batch, params.maxChunkBytes);
  const isFirst = stored.length === 0;
  return {
    last: isFirst || taken === 0 ? undefined : last,
    added: isFirst && taken > 0 ? [last, ...added] : added,
    taken,
    dropped: countExpired(stored, sum(added.map((chunk) => chunk.length)), added.length, nowWallMs, params),
  };
}

/** Returns the time until the next write, if the previous one began `sinceMs` ago. */
export const eventWriteDelayMs = (sinceMs: number, { gatherMs, spacingMs }: EventLogParams): number =>
  Math.max(gatherMs, spacingMs - sinceMs);

function withoutRepeated<E extends LoggedEntry>(chunk: readonly E[], batch: readonly E[]): readonly E[] {
  const repeated = new Set(batch.filter(({ isRepeat }) => isRepeat).map(({ key }) => key));
  if (repeated.size === 0) return chunk;
  const latest = new Map(chunk.map(({ key }, i) => [key, i]));
  return chunk.filter(({ key }, i) => !(repeated.has(key) && latest.get(key) === i));
}

/** Returns how many of the first entries fit. At least one. */
function countWithin(entries: readonly LoggedEntry[], maxBytes: number): number {
  let bytes = 0;
  const index = entries.findIndex((entry, i) => {
    bytes += entry.bytes;
    return i > 0 && bytes > maxBytes;
  });
  return index === -1 ? entries.length : index;
}

/** Returns the first chunk, extended by as many entries as fit, and chunks of the other entries. */
function fillChunks<E extends LoggedEntry>(first: readonly E[], entries: readonly E[], maxBytes: number): E[][] {
  let open = [...first];
  const chunks = [open];
  let bytes = sum(open.map((entry) => entry.bytes));
  for (const entry of entries) {
    if (open.length > 0 && bytes + entry.bytes > maxBytes) {
      open = [];
      bytes = 0;
      chunks.push(open);
    }
    open.push(entry);
    bytes += entry.bytes;
  }
  return chunks;
}

/** Returns how many of the oldest chunks are too old, or have enough events or chunks after them. */
function countExpired(
  stored: readonly EventChunk[],
  addedEvents: number,
  addedChunks: number,
  nowWallMs: number,
  { maxEvents, maxAgeMs, maxChunks, maxDropped }: EventLogParams,
): number {
  let newer = addedEvents;
  const index = stored.findLastIndex(({ count, newestWallMs }, i) => {
    const isExpired =
      newer >= maxEvents || nowWallMs - newestWallMs > maxAgeMs || stored.length - i + addedChunks > maxChunks;
    newer += count;
    return isExpired && i < stored.length - 1;
  });
  return Math.min(index + 1, maxDropped);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
