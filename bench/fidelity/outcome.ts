// What a run of a load came to, on the real cluster or simulated.

import type { LoadReport } from '@pareto/loadgen';
import type { SimulationResult } from '@pareto/simulator';

export interface Outcome {
  /** Share of the queries that were answered within their objective. */
  readonly attainment: number;
  /** Queries per second that were answered within their objective. */
  readonly goodput: number;
  /** Cost of the workers that held replicas. */
  readonly usd: number;
  /** Queries that ended neither by an answer nor by a rejection because of the load. */
  readonly failed: number;
  /** Latencies of the answers. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Attainment of the queries that arrived in each second. Null if there were none. */
  readonly perSecond: readonly (number | null)[];
}

export const secondMs = 1_000;

const share = (part: number, of: number): number | null => (of === 0 ? null : part / of);

export function outcomeOfReal(
  { attainment, classes, latencyMs, intervals, sent, statuses }: LoadReport,
  usd: number,
  durationMs: number,
): Outcome {
  const { ok = 0, 'resource-exhausted': rejected = 0 } = statuses;
  const onTime = classes.reduce((sum, each) => sum + each.onTime, 0);
  return {
    failed: sent - ok - rejected,
    ...{ attainment, usd, goodput: (secondMs * onTime) / durationMs, p50Ms: latencyMs.p50, p99Ms: latencyMs.p99 },
    perSecond: Array.from({ length: Math.ceil(durationMs / secondMs) }, (_, second) => {
      const own = intervals.find(({ startMs }) => startMs === second * secondMs)?.classes ?? [];
      const sum = (field: 'sent' | 'onTime'): number => own.reduce((total, counts) => total + counts[field], 0);
      return share(sum('onTime'), sum('sent'));
    }),
  };
}

export const outcomeOfSimulated = ({ totals, series, durationMs }: SimulationResult): Outcome => ({
  failed: 0,
  ...{ attainment: totals.onTime / totals.asked, goodput: (secondMs * totals.onTime) / durationMs, usd: totals.usd },
  ...{ p50Ms: totals.latency.p50Ms, p99Ms: totals.latency.p99Ms },
  perSecond: series.asked.map((asked, second) => share(series.onTime[second] ?? 0, asked)),
});

export type Figure = Exclude<keyof Outcome, 'perSecond'>;

export const valuesOf = (runs: readonly Outcome[], figure: Figure): readonly number[] => runs.map((run) => run[figure]);

/** Returns the attainment of each second over all runs. */
export const meanPerSecond = (runs: readonly Outcome[]): readonly (number | null)[] =>
  (runs[0]?.perSecond ?? []).map((_, second) => {
    const values = runs.flatMap(({ perSecond }) => perSecond[second] ?? []);
    return values.length === 0 ? null : mean(values);
  });

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
