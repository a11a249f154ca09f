// The queries that a clairvoyant knows: how many of each stream arrive in each window.

import type { Objective } from '@pareto/core';
import type { SimulatedFleet } from '../../../scenario/fleet.js';
import type { SimulatedRegistry } from '../../../scenario/registry.js';

/** Everything that a clairvoyant plans with. */
export interface ClairvoyantInput {
  readonly registry: SimulatedRegistry;
  readonly fleet: SimulatedFleet;
  readonly demand: Demand;
}

export interface Demand {
  readonly windowMs: number;
  readonly streams: readonly StreamDemand[];
}

/** Queries of one task and objective. */
export interface StreamDemand {
  readonly task: string;
  /** The objective with the defaults of its task. */
  readonly objective: Pick<Objective, 'latencyMs' | 'minAccuracy'>;
  /** Number of queries that arrive in each window. All streams have the same windows. */
  readonly counts: readonly number[];
}

export interface Arrivals {
  readonly streams: readonly Pick<StreamDemand, 'task' | 'objective'>[];
  /** Returns the times at which the queries of a stream arrive in ms, ascending. */
  readonly arrivals: (stream: number) => Iterable<number>;
  /** Begin of the first window. */
  readonly fromMs: number;
  readonly durationMs: number;
}

/** Counts the queries of each stream in each window. The last window may exceed the duration. */
export function countDemand({ streams, arrivals, fromMs, durationMs }: Arrivals, windowMs: number): Demand {
  const windows = Math.ceil(durationMs / windowMs);
  return {
    windowMs,
    streams: streams.map((stream, index) => {
      const counts = Array.from({ length: windows }, () => 0);
      for (const at of arrivals(index)) {
        if (at >= fromMs + durationMs) break;
        const window = Math.floor((at - fromMs) / windowMs);
        counts[window] = (counts[window] ?? 0) + 1;
      }
      return { ...stream, counts };
    }),
  };
}
