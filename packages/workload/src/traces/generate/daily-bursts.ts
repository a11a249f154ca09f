// A day of one application: rises and falls over the day, with bursts of about ten minutes.

import type { Rng } from '@pareto/core';
import { diurnalRate } from '../../arrivals/diurnal.js';
import { drawPoisson } from '../../arrivals/poisson.js';
import type { Trace } from '../../arrivals/trace.js';

const dayMs = 86_400_000;
/** Mean rate between bursts. */
const base = { ratePerSecond: 54, amplitude: 0.25, periodMs: dayMs, peakMs: 8 * 3_600_000 };
/** Bursts begin once in each period, within its first quarter, and add up to `height` times the mean between them. */
const bursts = { periodMs: 2 * 3_600_000, height: 4.2, holdMs: 240_000, decayMs: 180_000 };

/**
 * Returns counts per second of one day: a sinusoidal rate, every two hours a burst to 4 or 5 times the rate that holds for
 * four minutes and then decays, and a Poisson number in each second. The constants were fitted to a public trace of Twitter
 * (web-service-datasets, August 2021, per second): mean 65/s, maximum 5.2 times the mean, coefficient of variation 0.62, and
 * 3.2 and 0.51 in intervals of ten minutes. Matched within 10 % are the mean, the maximum and the variation per second, and the
 * variation per ten minutes; the maximum of ten minutes is up to 15 % lower. Weekdays and the order of large and small bursts are not.
 */
export function generateDailyBursts(rng: Rng): Trace {
  const starts = Array.from({ length: dayMs / bursts.periodMs }, (_, index) => ({
    atMs: (index + rng() / 4) * bursts.periodMs,
    height: bursts.height * base.ratePerSecond * (1 - 0.3 * rng()),
  }));
  const burstRate = (ms: number): number => {
    const burst = starts.findLast(({ atMs }) => atMs <= ms);
    if (burst === undefined) return 0;
    return burst.height * Math.exp(-Math.max(0, ms - burst.atMs - bursts.holdMs) / bursts.decayMs);
  };
  const rateAt = diurnalRate(base);
  const counts = Float64Array.from({ length: dayMs / 1_000 }, (_, second) =>
    drawPoisson(rateAt(second * 1_000) + burstRate(second * 1_000), rng),
  );
  return { form: 'counts', intervalMs: 1_000, counts };
}
