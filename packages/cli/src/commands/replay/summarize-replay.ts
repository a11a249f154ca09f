// The results of a replay next to what the log says.

import type { PartialObjective } from '@pareto/core';
import type { RecordedStream, Replay, SimulationResult } from '@pareto/simulator';

export interface ReplayFigures {
  /** `recorded`, or the name of a simulated scenario. */
  readonly name: string;
  readonly queries: number;
  /** Queries that were answered in time, by a variant that reaches their accuracy floor. */
  readonly onTime: number;
  /** Quantiles over the answers. Undefined without answers. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

export interface ReplaySummary extends Pick<Replay, 'durationMs' | 'gaps'> {
  /** Time of the first query, in ISO 8601. */
  readonly from: string;
  /** All queries. Simulations have a cost, and the number of replicas with which they start. */
  readonly totals: readonly (ReplayFigures & { readonly usd?: number; readonly startReplicas?: number })[];
  readonly objectives: readonly {
    readonly task: string;
    readonly objective: PartialObjective;
    readonly figures: readonly ReplayFigures[];
  }[];
}

/** Returns the figures that were recorded, followed by those of each result. */
export function summarizeReplay(
  { startsAt, durationMs, gaps, recorded, scenarios }: Replay,
  results: readonly SimulationResult[],
): ReplaySummary {
  const nameOf = (index: number): string => scenarios[index]?.name ?? '';
  return {
    ...{ from: new Date(startsAt).toISOString(), durationMs, gaps },
    totals: [
      recordedFigures(recorded),
      ...results.map(({ totals }, index) => ({
        ...{ ...figuresOf(nameOf(index), totals), usd: totals.usd },
        startReplicas: scenarios[index]?.replicas?.length ?? 0,
      })),
    ],
    objectives: recorded.map((stream, position) => ({
      ...{ task: stream.task, objective: stream.objective },
      figures: [
        recordedFigures([stream]),
        ...results.flatMap(({ streams }, index) => {
          const own = streams[position];
          return own === undefined ? [] : [figuresOf(nameOf(index), own.totals)];
        }),
      ],
    })),
  };
}

function recordedFigures(streams: readonly RecordedStream[]): ReplayFigures {
  const latencies = streams.flatMap((stream) => stream.latencies);
  const sorted = streams.length === 1 ? latencies : latencies.sort((a, b) => a - b);
  return {
    name: 'recorded',
    queries: sum(streams.map(({ times }) => times.length)),
    onTime: sum(streams.map(({ onTime }) => onTime)),
    ...quantiles(sorted.length, (share) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0),
  };
}

function figuresOf(
  name: string,
  { asked, answered, onTime, latency }: SimulationResult['streams'][number]['totals'],
): ReplayFigures {
  return {
    ...{ name, queries: asked, onTime },
    ...quantiles(answered, (share) => (share === 0.5 ? latency.p50Ms : latency.p99Ms)),
  };
}

const quantiles = (answered: number, of: (share: number) => number): Pick<ReplayFigures, 'p50Ms' | 'p99Ms'> =>
  answered === 0 ? {} : { p50Ms: of(0.5), p99Ms: of(0.99) };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
