// Plans the send time and the query of every request of a run.

import { ParetoError, type Rng } from '@pareto/core';
import { mergeStreams, planArrivals, planQueries } from '@pareto/workload';
import type { ClosedLoop } from '../load/closed-loop.js';
import type { OpenLoop } from '../load/open-loop.js';
import { defaultObjectiveMs, type LoadSettings } from '../settings/load-settings.js';
import type { Stream } from './create-streams.js';

export interface LoadPlan {
  readonly loop: OpenLoop | ClosedLoop;
  /** Index in the queries of the settings for each request. A closed loop repeats them. */
  readonly classIndexes: Uint16Array;
}

/** Limit against mistakes: 20 million send times use about 700 MB while they are planned. */
const maxRequests = 20_000_000;
/** Number of requests of a closed loop after which their queries repeat. */
const closedCycle = 10_000;

/** The same seed gives the same plan. Throws `invalid-argument` if the run has too many requests. */
export function planLoad(settings: LoadSettings, streams: readonly Stream[], rng: Rng): LoadPlan {
  const { loop, warmUpMs, durationMs } = settings;
  if (loop.kind === 'closed') {
    const all = [...settings.queries.keys()];
    const classIndexes = assignQueries(new Float64Array(closedCycle), all, settings, rng);
    return { loop: { kind: 'closed', inFlight: loop.inFlight, durationMs: warmUpMs + durationMs }, classIndexes };
  }
  checkSize(streams, warmUpMs + durationMs);
  const planned = streams.map((stream) => {
    const arrivals = planStream(stream, settings, rng);
    return { arrivals, classIndexes: assignQueries(arrivals, stream.queries, settings, rng) };
  });
  const { arrivals, classIndexes } = merge(planned);
  return { loop: { kind: 'open', arrivals }, classIndexes };
}

function checkSize(streams: readonly Stream[], ms: number): void {
  const requests = streams.reduce((sum, { ratePerSecond }) => sum + (ratePerSecond * ms) / 1_000, 0);
  if (requests <= maxRequests) return;
  throw new ParetoError(
    'invalid-argument',
    `a run is limited to ${maxRequests} requests, and this one needs ${Math.round(requests)}; lower its rate or duration`,
  );
}

/** Plans the arrivals of the warm-up, which are those at the start of the process, and then those that are counted. */
function planStream({ process }: Stream, { warmUpMs, durationMs }: LoadSettings, rng: Rng): Float64Array {
  const counted = planArrivals(process, durationMs, rng);
  if (warmUpMs === 0) return counted;
  const warming = planArrivals(process, warmUpMs, rng);
  const arrivals = new Float64Array(warming.length + counted.length);
  arrivals.set(warming);
  arrivals.set(
    counted.map((ms) => ms + warmUpMs),
    warming.length,
  );
  return arrivals;
}

/** Assigns one of the queries to each arrival, by weight. */
function assignQueries(
  arrivals: Float64Array,
  queries: readonly number[],
  { queries: all }: LoadSettings,
  rng: Rng,
): Uint16Array {
  const classes = queries.flatMap((index) => all[index] ?? []);
  const mix = classes.map(({ name, weight, latencyMs = defaultObjectiveMs }) => ({ name, weight, latencyMs }));
  return planQueries(arrivals, mix, rng).classIndexes.map((index) => queries[index] ?? 0);
}

interface Planned {
  readonly arrivals: Float64Array;
  readonly classIndexes: Uint16Array;
}

/** Merges streams by time. */
function merge(streams: readonly Planned[]): Planned {
  const [first] = streams;
  if (streams.length === 1 && first !== undefined) return first;
  const length = streams.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
  const merged = { arrivals: new Float64Array(length), classIndexes: new Uint16Array(length) };
  const next = streams.map(() => 0);
  let index = 0;
  for (const { ms, stream } of mergeStreams(streams.map(({ arrivals }) => arrivals))) {
    const at = next[stream] ?? 0;
    next[stream] = at + 1;
    merged.arrivals[index] = ms;
    merged.classIndexes[index++] = streams[stream]?.classIndexes[at] ?? 0;
  }
  return merged;
}

/** Returns the length of the report's intervals: whole seconds, at most 600 of them. */
export const intervalMsOf = (durationMs: number): number => 1_000 * Math.max(1, Math.ceil(durationMs / 600_000));
