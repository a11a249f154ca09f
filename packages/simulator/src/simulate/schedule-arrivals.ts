// The arrivals of all streams, which are drawn when they are due.

import type { Rng } from '@pareto/core';
import type { QueryStream } from '@pareto/workload';
import type { EventQueue } from '../events/event-queue.js';
import type { ClientQuery } from '../serving/query.js';

export interface ArrivalOptions {
  readonly events: EventQueue;
  readonly streams: readonly QueryStream[];
  /** Number of routers, of which each query gets one at random. */
  readonly routers: number;
  readonly rng: Rng;
  /** Returns the times of a stream. */
  readonly arrivals: (stream: number) => Iterable<number>;
  /** Time from the arrival of a query until `onArrival` is called. */
  readonly afterMs: number;
  /** Receives the queries. Their index is that of the stream. */
  readonly onArrival: (query: ClientQuery, now: number) => void;
}

export function scheduleArrivals(options: ArrivalOptions): void {
  const { events, streams, routers, rng, arrivals, afterMs, onArrival } = options;
  for (const [index, { task: target, objective: stated }] of streams.entries()) {
    const times = arrivals(index)[Symbol.iterator]();
    let last = 0;
    const schedule = (): void => {
      const next = times.next();
      if (next.done === true) return;
      if (!(next.value >= last))
        throw new Error(`the stream ${index} has an arrival at ${next.value} ms after one at ${last} ms`);
      last = next.value;
      events.schedule(last + afterMs, arrive);
    };
    const arrive = (now: number): void => {
      onArrival({ index, arrivesAt: last, target, stated, router: Math.floor(routers * rng()) }, now);
      schedule();
    };
    schedule();
  }
}
