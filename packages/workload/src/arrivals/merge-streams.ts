// Merges streams of arrivals by time, with a binary heap.

/** An arrival: its time in ms, and the index of its stream. */
export interface MergedArrival {
  readonly ms: number;
  readonly stream: number;
}

interface Head {
  ms: number;
  readonly stream: number;
  readonly rest: Iterator<number>;
}

/**
 * Returns the arrivals of all streams in ascending order, if those of each stream are. Of arrivals at the same time, that
 * of the first stream comes first. Only the next arrival of each stream is in memory; the object that is yielded for it
 * changes when the next one is requested.
 */
export function* mergeStreams(streams: readonly Iterable<number>[]): Generator<MergedArrival, void, undefined> {
  const heap = streams.flatMap((times, stream) => {
    const rest = times[Symbol.iterator]();
    const first = rest.next();
    return first.done === true ? [] : [{ ms: first.value, stream, rest }];
  });
  // A sorted list is a heap.
  heap.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  for (let head = heap[0]; head !== undefined; head = heap[0]) {
    yield head;
    const next = head.rest.next();
    if (next.done === true) {
      const last = heap.pop();
      if (last === undefined || last === head) continue;
      heap[0] = last;
    } else {
      head.ms = next.value;
    }
    siftDown(heap);
  }
}

const isBefore = (a: Head, b: Head): boolean => (a.ms === b.ms ? a.stream < b.stream : a.ms < b.ms);

/** Restores the order of a heap of which only the first element may be out of place. */
function siftDown(heap: Head[]): void {
  const [moved] = heap;
  if (moved === undefined) return;
  let index = 0;
  for (;;) {
    const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
    const isRight = left !== undefined && right !== undefined && isBefore(right, left);
    const least = isRight ? right : left;
    if (least === undefined || isBefore(moved, least)) break;
    heap[index] = least;
    index = 2 * index + (isRight ? 2 : 1);
  }
  heap[index] = moved;
}
