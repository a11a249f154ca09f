// Adds a spread to a predicted median.

import type { BatchPoint } from '../../scenario/registry.js';

/**
 * Returns the percentiles of a median of `p50Ms`, with the ratios of the measured point whose median is nearest by ratio.
 * Throws a `RangeError` without points.
 */
export function spreadNear(points: readonly BatchPoint[], p50Ms: number): Omit<BatchPoint, 'batch'> {
  const distance = (point: BatchPoint): number => Math.abs(Math.log(point.p50Ms / p50Ms));
  const [first, ...others] = points;
  if (first === undefined) throw new RangeError('a spread needs a measured point');
  const nearest = others.reduce((best, point) => (distance(point) < distance(best) ? point : best), first);
  const at = (ms: number): number => p50Ms * (ms / nearest.p50Ms);
  return { p50Ms, p95Ms: at(nearest.p95Ms), p99Ms: at(nearest.p99Ms) };
}
