// The distribution of the times of runs whose median, 95th and 99th percentile are known.

import { exactExp, exactLog, type Rng } from '@pareto/core';
import { normalQuantile } from '../numbers/normal-quantile.js';

/** The percentiles that a profile has, in ms. */
interface Percentiles {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Number of the cells of the table below the 95th percentile, between it and the 99th, and above. */
const [bodyCells, shoulderCells, tailCells] = [95, 8, 20];
/** The last quantile of the table: no run takes longer. */
const lastQuantile = 0.9999;
const [z95, z99] = [normalQuantile(0.95), normalQuantile(0.99)];

/** The probability of each entry of a table. */
const probabilities: readonly number[] = [
  0.0005,
  ...Array.from({ length: bodyCells }, (_, index) => (0.95 * (index + 1)) / bodyCells),
  ...Array.from({ length: shoulderCells }, (_, index) => 0.95 + (0.04 * (index + 1)) / shoulderCells),
  ...Array.from({ length: tailCells - 1 }, (_, index) => 0.99 + (0.01 * (index + 1)) / tailCells),
  lastQuantile,
];
const normals = probabilities.map(normalQuantile);

/**
 * Returns the quantiles of a distribution with these percentiles. The body, up to the 95th, is lognormal. The tail is too, with the
 * spread that leads through the 99th, so that it may be heavier. Both parts are chosen because they are the simplest positive ones that
 * meet all three percentiles exactly.
 */
export function createTimeTable({ p50Ms, p95Ms, p99Ms }: Percentiles): Float64Array {
  const [median, high, higher] = [
    exactLog(p50Ms),
    exactLog(Math.max(p50Ms, p95Ms)),
    exactLog(Math.max(p50Ms, p95Ms, p99Ms)),
  ];
  const body = (high - median) / z95;
  const tail = (higher - high) / (z99 - z95);
  return Float64Array.from(normals, (z) => exactExp(z <= z95 ? median + z * body : high + (z - z95) * tail));
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
