// What is measured of loads that change: pure functions of the result of a simulation, with steps of a second.

import type { SimulationResult } from '@pareto/simulator';

/** Seconds, from the first query on. */
export interface Seconds {
  readonly from: number;
  readonly to: number;
}

type Result = Pick<SimulationResult, 'series'>;

const sumOf = (values: readonly number[], { from, to }: Seconds): number =>
  values.slice(from, to).reduce((sum, value) => sum + value, 0);

/** Returns the share of the queries of these seconds that were answered on time. NaN without queries. */
export const shareOnTime = ({ series }: Result, seconds: Seconds): number =>
  sumOf(series.onTime, seconds) / sumOf(series.asked, seconds);

const accuracyOf = ({ series }: Result, seconds: Seconds): number =>
  sumOf(series.accuracySum, seconds) / sumOf(series.answered, seconds);

/** Length of the windows in which attainment and accuracy have to be back. */
const windowSeconds = 5;

/** Returns the seconds until all windows that begin have the property, up to those until the end if the last one does not. */
function secondsUntil(result: Result, from: number, holds: (window: Seconds) => boolean): number {
  const { length } = result.series.asked;
  let at = length - windowSeconds;
  if (at < from || !holds({ from: at, to: at + windowSeconds })) return length - from;
  while (at > from && holds({ from: at - 1, to: at - 1 + windowSeconds })) at -= 1;
  return at - from;
}

/** Returns the seconds after `from` from which at least this share of the queries is answered on time until the end. */
export const secondsUntilMet = (result: Result, from: number, attainment: number): number =>
  secondsUntil(result, from, (window) => shareOnTime(result, window) >= attainment);

/**
 * Returns the seconds after `from` from which most queries are answered on time, as accurately as in the seconds before within half a
 * point, until the end.
 */
export function secondsUntilAccurate(result: Result, before: Seconds, from: number): number {
  const old = accuracyOf(result, before);
  return secondsUntil(
    result,
    from,
    (window) => shareOnTime(result, window) > 0.5 && accuracyOf(result, window) >= old - 0.005,
  );
}

/** Returns by how much the ready replicas of a variant on a class grew from second to second, per minute: of the variant where that is most. */
export function mostLoadsPerMinute({ series }: Result, { from, to }: Seconds): number {
  const loadsOf = (replicas: readonly number[]): number =>
    replicas.reduce(
      (sum, count, at) => sum + (at > from && at < to ? Math.max(0, count - (replicas[at - 1] ?? 0)) : 0),
      0,
    );
  return (60 * Math.max(0, ...series.variants.map(({ replicas }) => loadsOf(replicas)))) / (to - from);
}

/** Returns the attainment of the best task minus that of the worst, over the streams with these indexes. */
export function spreadOfTasks({ streams }: Pick<SimulationResult, 'streams'>, { from, to }: Seconds): number {
  const byTask = new Map<string, { asked: number; onTime: number }>();
  for (const { task, totals } of streams.slice(from, to)) {
    const { asked, onTime } = byTask.get(task) ?? { asked: 0, onTime: 0 };
    byTask.set(task, { asked: asked + totals.asked, onTime: onTime + totals.onTime });
  }
  const shares = Array.from(byTask.values(), ({ asked, onTime }) => onTime / asked);
  return Math.max(...shares) - Math.min(...shares);
}
