// Which queued requests make the next batch.

export interface QueuedRequest {
  readonly items: number;
  /** On the clock of `now`; infinite when the caller set none. */
  readonly deadlineMs: number;
}

export interface NextBatch {
  /** How many requests to take from the front, the expired ones left out. */
  readonly take: number;
  /** Places in the queue of requests that are past their deadline: answered without being run. */
  readonly expired: readonly number[];
}

/**
 * What is queued, in order, up to `ceiling` items; a single request larger than that runs alone. Nothing is held back
 * for a fuller batch: under load the queue fills while the batch before runs.
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
