// Two weeks of classes with a daily season, noise, and bursts that do not repeat.

import { createSeededRng, type Rng } from '@pareto/core';
import type { Trace } from '@pareto/workload';

export const weekMs = 604_800_000;

const minuteMs = 60_000;
const dayMinutes = 1_440;
const weeks = 2;

interface WeeklyClass {
  readonly ratePerSecond: number;
  /** Maximum deviation from the mean over the day, as a fraction of it. */
  readonly amplitude: number;
  readonly peakMinute: number;
  /** Share of the rate on the last two days of a week. */
  readonly weekend: number;
  /** Minutes of the day at which a batch of ten minutes begins, in which the rate is `height` times as high. */
  readonly batches: readonly { readonly minute: number; readonly height: number }[];
}

const classes: readonly WeeklyClass[] = [
  {
    ...{ ratePerSecond: 10, amplitude: 0.6, peakMinute: 840, weekend: 0.6 },
    batches: [
      { minute: 120, height: 4 },
      { minute: 1_080, height: 2 },
    ],
  },
  { ratePerSecond: 1, amplitude: 0.8, peakMinute: 1_230, weekend: 1.3, batches: [{ minute: 540, height: 6 }] },
];

/** Returns a trace of each class, in counts per minute. */
export function generateWeeks(seed: number): readonly Trace[] {
  const rng = createSeededRng(seed);
  return classes.map((one) => ({ form: 'counts', intervalMs: minuteMs, counts: generateCounts(one, rng) }));
}

function generateCounts(
  { ratePerSecond, amplitude, peakMinute, weekend, batches }: WeeklyClass,
  rng: Rng,
): Float64Array {
  const counts = new Float64Array(weeks * 7 * dayMinutes);
  /** Logarithm of a factor that drifts, and a burst that ends within some minutes. */
  let drift = 0;
  let burst = 0;
  for (let minute = 0; minute < counts.length; minute += 1) {
    const ofDay = minute % dayMinutes;
    drift = 0.95 * drift + 0.05 * (2 * rng() - 1);
    burst = rng() < 1 / 480 ? 1 + 3 * rng() : 0.8 * burst;
    const daily = 1 + amplitude * Math.cos((2 * Math.PI * (ofDay - peakMinute)) / dayMinutes);
    const weekly = Math.floor(minute / dayMinutes) % 7 >= 5 ? weekend : 1;
    const batch = batches.find((each) => ofDay >= each.minute && ofDay < each.minute + 10)?.height ?? 1;
    counts[minute] = (minuteMs / 1_000) * ratePerSecond * weekly * Math.exp(drift) * (daily * batch + burst);
  }
  return counts;
}
