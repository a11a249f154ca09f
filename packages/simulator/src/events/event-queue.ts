// Events in virtual time, by time, and by order of insertion for equal times.

interface Scheduled {
  readonly at: number;
  readonly sequence: number;
  readonly run: (now: number) => void;
}

interface Queue {
  /** Returns the next event. */
  first(): Scheduled | undefined;
  push(event: Scheduled): void;
  /** Removes the next event. */
  pop(): void;
}

/** Schedules an event at a fixed delay after `now`, the time of the event that runs. */
type Delay = (now: number, run: (now: number) => void) => void;

export interface EventQueue {
  /** Time of the event that ran last. */
  readonly now: number;
  schedule(at: number, run: (now: number) => void): void;
  /** Creates a delay, whose events are in order without a search. */
  createDelay(delayMs: number): Delay;
  /** Runs all events, also those that are scheduled meanwhile. */
  runAll(): void;
  /** Runs up to `count` events that are due by `until`. Returns false if there were fewer. */
  runSome(count: number, until: number): boolean;
}

const isBefore = (a: Scheduled, b: Scheduled): boolean => (a.at === b.at ? a.sequence < b.sequence : a.at < b.at);

export function createEventQueue(): EventQueue {
  const heap = createHeap();
  const delayed: Queue[] = [];
  let sequence = 0;
  let ranAt = 0;
  /** Returns the queue with the next event. */
  function nextQueue(): Queue {
    let best: Queue = heap;
    for (const queue of delayed) {
      const first = queue.first();
      const other = best.first();
      if (first !== undefined && (other === undefined || isBefore(first, other))) best = queue;
    }
    return best;
  }
  function runSome(count: number, until: number): boolean {
    for (let ran = 0; ran < count; ran += 1) {
      const queue = nextQueue();
      const next = queue.first();
      if (next === undefined || next.at > until) return false;
      queue.pop();
      ranAt = next.at;
      next.run(next.at);
    }
    return true;
  }
  return {
    get now() {
      return ranAt;
    },
    schedule: (at, run) => heap.push({ at, sequence: sequence++, run }),
    createDelay(delayMs) {
      const queue = createFifo();
      delayed.push(queue);
      return (now, run) => queue.push({ at: now + delayMs, sequence: sequence++, run });
    },
    runAll: () => void runSome(Infinity, Infinity),
    runSome,
  };
}

/** Returns a binary heap. */
function createHeap(): Queue {
  const heap: Scheduled[] = [];
  function siftUp(event: Scheduled, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }
  function siftDown(event: Scheduled): void {
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let lower = heap[child];
      if (lower === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, lower)) {
        child += 1;
        lower = right;
      }
      if (!isBefore(lower, event)) break;
      heap[index] = lower;
      index = child;
    }
    heap[index] = event;
  }
  return {
    first: () => heap[0],
    push: (event) => siftUp(event, heap.length),
    pop() {
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) siftDown(last);
    },
  };
}

/** Number of removed events at the start of a queue for which it is copied. */
const maxRemoved = 4_096;

function createFifo(): Queue {
  let events: (Scheduled | undefined)[] = [];
  let head = 0;
  return {
    first: () => events[head],
    push: (event) => void events.push(event),
    pop() {
      events[head] = undefined;
      head += 1;
      if (head < maxRemoved) return;
      events = events.slice(head);
      head = 0;
    },
  };
}
