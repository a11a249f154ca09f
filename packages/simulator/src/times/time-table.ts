// The distribution of the times of runs whose median, 95th and 99th percentile are known.

import { exactExp, exactLog, type Rng } from '@pareto/core';
import { normalQuantile } from '../numbers/normal-quantile.js';

/** The percentiles that a profile has, in ms. */
interface Percentiles {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Spread below the median, as a share of that from the median to the 95th percentile: most runs take about the least time. */
const lowerShare = 0.25;
/** Shape of the tail. 0 would be exponential. */
const tailShape = 0.4;
/** Number of the cells of the table below the 95th percentile, between it and the 99th, and above. */
const [bodyCells, shoulderCells, tailCells] = [95, 8, 20];
/** The last quantile of the table: no run takes longer. */
const lastQuantile = 0.9999;
const z95 = normalQuantile(0.95);

/** The probability of each entry of a table. */
const probabilities: readonly number[] = [
  0.0005,
  ...Array.from({ length: bodyCells }, (_, index) => (0.95 * (index + 1)) / bodyCells),
  ...Array.from({ length: shoulderCells }, (_, index) => 0.95 + (0.04 * (index + 1)) / shoulderCells),
  ...Array.from({ length: tailCells - 1 }, (_, index) => 0.99 + (0.01 * (index + 1)) / tailCells),
  lastQuantile,
];
/** Distance from the 95th percentile to a later one, as a multiple of that to the 99th. */
const tailDistance = (probability: number): number => tailGrowth(probability) / tailGrowth(0.99);
const tailGrowth = (probability: number): number => exactExp(tailShape * exactLog(0.05 / (1 - probability))) - 1;

/** Each entry of a table: in the tail, or as a multiple of the spread of the body from the median. */
const entries = probabilities.map((probability) => {
  const z = normalQuantile(probability);
  if (probability > 0.95) return { kind: 'tail', distance: tailDistance(probability) } as const;
  return { kind: 'body', spreads: (z < 0 ? lowerShare * z : z) / z95 } as const;
});

/**
 * Returns the quantiles of a distribution with these percentiles. The body, up to the 95th, is lognormal, with another spread below the
 * median. The tail is a generalised Pareto distribution, the limit of those above a high threshold. Its shape and the spread below the
 * median are fitted to `npm run bench:run-times`.
 */
export function createTimeTable({ p50Ms, p95Ms, p99Ms }: Percentiles): Float64Array {
  const highMs = Math.max(p50Ms, p95Ms);
  const tailMs = Math.max(0, p99Ms - highMs);
  const spread = exactLog(highMs / p50Ms);
  return Float64Array.from(entries, (entry) =>
    entry.kind === 'tail' ? highMs + entry.distance * tailMs : p50Ms * exactExp(entry.spreads * spread),
  );
}

/** Draws a time, linearly between the quantiles of the table. */
export function drawTime(table: Float64Array, rng: Rng): number {
  const share = rng();
  let position: number;
  if (share < 0.95) position = share * (bodyCells / 0.95);
  else if (share < 0.99) position = bodyCells + (share - 0.95) * (shoulderCells / 0.04);
  else position = bodyCells + shoulderCells + (share - 0.99) * (tailCells / 0.01);
  const cell = Math.min(table.length - 2, Math.floor(position));
  const [low = 0, high = 0] = [table[cell], table[cell + 1]];
  return low + (high - low) * (position - cell);
}
