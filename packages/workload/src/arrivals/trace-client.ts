// Arrivals of one client of a trace: a renewal process whose rate and law change over time.

import { createSeededRng, type Rng } from '@pareto/core';
import { drawGamma } from './gamma.js';

export type GapLaw = 'gamma' | 'weibull';

/** A time in which the law and the rate of a client do not change. */
export interface ClientSegment {
  readonly startMs: number;
  readonly endMs: number;
  readonly ratePerSecond: number;
  readonly law: GapLaw;
  /** Shape parameter of the law. Below 1, arrivals come in bursts. Its scale follows from the rate. */
  readonly shape: number;
}

export interface TraceClient {
  /** Seed of the arrivals, so that each replay has the same ones. */
  readonly seed: number;
  /** Segments in ascending order. There are no arrivals between them. */
  readonly segments: readonly ClientSegment[];
}

interface Gaps {
  /** Draws a gap, in units of the mean gap. */
  draw(shape: number, rng: Rng): number;
  /** Draws the time from an independent point to the next arrival: a random part of a gap that is drawn by its length. */
  drawFirst(shape: number, rng: Rng): number;
}

const laws: Readonly<Record<GapLaw, Gaps>> = {
  gamma: {
    draw: (shape, rng) => drawGamma(shape, rng) / shape,
    drawFirst: (shape, rng) => (rng() * drawGamma(shape + 1, rng)) / shape,
  },
  weibull: {
    draw: (shape, rng) => toWeibull(-Math.log(1 - rng()), shape),
    drawFirst: (shape, rng) => rng() * toWeibull(drawGamma(1 + 1 / shape, rng), shape),
  },
};

/** Returns the ascending times of the arrivals, which depend on the scales only: two replays have the same ones. */
export function* renewalsOf(
  { seed, segments }: TraceClient,
  rateScale: number,
  timeScale: number,
): Generator<number, void, undefined> {
  const rng = createSeededRng(seed);
  let left: number | undefined;
  for (const { startMs, endMs, ratePerSecond, law, shape } of segments) {
    const gaps = laws[law];
    const gapMs = 1000 / (ratePerSecond * rateScale);
    left ??= gaps.drawFirst(shape, rng);
    let ms = startMs * timeScale + left * gapMs;
    for (; ms < endMs * timeScale; ms += gaps.draw(shape, rng) * gapMs) yield ms;
    // The rest of a gap is shorter in time if the next rate is higher.
    left = (ms - endMs * timeScale) / gapMs;
  }
}

/** Returns x^(1 / shape), divided by its mean for an x of the exponential distribution. */
const toWeibull = (x: number, shape: number): number => Math.exp(Math.log(x) / shape - logGamma(1 + 1 / shape));

/** Returns the logarithm of the gamma function, for x > 0. Source: Stirling's series (Abramowitz and Stegun 1964, 6.1.41). */
function logGamma(x: number): number {
  let [z, product] = [x, 1];
  for (; z < 8; z++) product *= z;
  const series = (1 / 12 - (1 / 360 - 1 / (1260 * z * z)) / (z * z)) / z;
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}
