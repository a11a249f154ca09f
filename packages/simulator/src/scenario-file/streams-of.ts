// The query streams of a scenario file.

import type { Rng } from '@pareto/core';
import { drawArrivals, type TraceArrivals, type QueryStream } from '@pareto/workload';
import type { GivenArrivals, GivenTrace } from './arrivals-table.js';
import type { GivenStream } from './traffic-table.js';

/** A process with its trace, if it replays one. */
export type ReadArrivals = Exclude<GivenArrivals, GivenTrace> | ({ readonly kind: 'trace' } & TraceArrivals);

/** Returns a stream for each objective, with its share of the queries. */
export function streamsOf(given: GivenStream, arrivals: ReadArrivals, durationMs: number): readonly QueryStream[] {
  const { task, objectives = [{ weight: 1, objective: {} }] } = given;
  const total = objectives.reduce((sum, { weight }) => sum + weight, 0);
  return objectives.map(({ weight, objective }) => ({
    task,
    objective,
    arrivals: (rng) => draw(arrivals, weight / total, durationMs, rng),
  }));
}

/** Draws a share of the arrivals. Those of a trace keep its bursts; bursts of a generated process are of the share alone. */
function draw(arrivals: ReadArrivals, share: number, durationMs: number, rng: Rng): Iterable<number> {
  if (arrivals.kind === 'trace') return drawArrivals({ ...arrivals, share }, durationMs, rng);
  return drawArrivals({ ...arrivals, ratePerSecond: arrivals.ratePerSecond * share }, durationMs, rng);
}
