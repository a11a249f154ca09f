// The queued requests that form the next batch.

export interface QueuedRequest {
  readonly items: number;
  /** Deadline, on the clock of `now`. Infinite if the caller set none. */
  readonly deadlineMs: number;
}

export interface NextBatch {
  /** Number of requests to take from the front, not counting expired ones. */
  readonly take: number;
  /** Queue positions of requests past their deadline, which are answered without being run. */
  readonly expired: readonly number[];
}

/**
 * Returns the queued requests in order, up to `ceiling` items. A single larger request runs alone. No request is
 * delayed to fill a batch: under load the queue fills while the previous batch runs.
 */
export function nextBatch(queue: readonly QueuedRequest[], ceiling: number, now: number): NextBatch {
  const expired: number[] = [];
  let take = 0;
  let items = 0;
  let isFull = false;
  for (const [position, request] of queue.entries()) {
    if (request.deadlineMs <= now) expired.push(position);
    else if (!isFull && (take === 0 || items + request.items <= ceiling)) {
      take++;
      items += request.items;
    } else isFull = true;
  }
  return { take, expired };
}
