// Events in virtual time: a binary heap by time, and by order of insertion for equal times.

interface Scheduled {
  readonly at: number;
  readonly sequence: number;
  readonly run: (now: number) => void;
}

export interface EventQueue {
  schedule(at: number, run: (now: number) => void): void;
  /** Runs all events, also those that are scheduled meanwhile. */
  runAll(): void;
  /** Runs up to `count` events that are due by `until`. Returns false if there were fewer. */
  runSome(count: number, until: number): boolean;
}

export function createEventQueue(): EventQueue {
  const heap: Scheduled[] = [];
  let sequence = 0;
  const isBefore = (a: Scheduled, b: Scheduled): boolean => (a.at === b.at ? a.sequence < b.sequence : a.at < b.at);
  function siftUp(from: number): void {
    for (let index = from; index > 0;) {
      const parent = (index - 1) >> 1;
      const [child, above] = [heap[index], heap[parent]];
      if (child === undefined || above === undefined || !isBefore(child, above)) return;
      [heap[index], heap[parent]] = [above, child];
      index = parent;
    }
  }
  function siftDown(): void {
    for (let index = 0; ;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        const [one, other] = [heap[child], heap[least]];
        if (one !== undefined && other !== undefined && isBefore(one, other)) least = child;
      }
      const [upper, lower] = [heap[index], heap[least]];
      if (least === index || upper === undefined || lower === undefined) return;
      [heap[index], heap[least]] = [lower, upper];
      index = least;
    }
  }
  function pop(): Scheduled | undefined {
    const [first] = heap;
    const last = heap.pop();
    if (heap.length > 0 && last !== undefined) {
      heap[0] = last;
      siftDown();
    }
    return first;
  }
  return {
    schedule(at, run) {
      heap.push({ at, sequence: sequence++, run });
      siftUp(heap.length - 1);
    },
    runAll() {
      for (let next = pop(); next !== undefined; next = pop()) next.run(next.at);
    },
    runSome(count, until) {
      for (let ran = 0; ran < count; ran += 1) {
        if ((heap[0]?.at ?? Infinity) > until) return false;
        const next = pop();
        next?.run(next.at);
      }
      return true;
    },
  };
}
