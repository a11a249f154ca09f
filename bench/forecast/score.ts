// Scores methods on a series, each moment against the seconds that follow it.

import type { ObservedRate } from '@pareto/policy';
import { largestIn, meanOf, type Method } from './methods.js';
import type { Series } from './series.js';

export const horizonSeconds = [2, 10, 60, 300] as const;

/** The score of a method at a horizon, over all classes and moments. */
export interface Score {
  /** Sum of the absolute errors of the mean, divided by the sum of the rates at the horizon. */
  readonly error: number;
  /** Share of the moments at which the rate at the horizon exceeded the upper quantile. */
  readonly exceeded: number;
  /** Mean of what the upper quantile was above this rate, divided by the mean rate. */
  readonly excess: number;
  /** Share of the moments at which no second of the span exceeded the envelope. */
  readonly held: number;
  /** Mean of the envelope divided by the mean rate. */
  readonly envelope: number;
}

/** Span whose mean is the rate at a horizon, or the horizon if that is shorter. It is also the span of observed rates. */
const rateSeconds = 5;
/** Time between the moments that are scored. */
const stepSeconds = 10;

/** Returns the score for each horizon. Moments are left out if a second has no data, or if the method has no forecast. */
export function scoreMethod(method: Method, { classes, fromSecond }: Series): readonly Score[] {
  const seconds = classes[0]?.length ?? 0;
  const sums = horizonSeconds.map(createSums);
  for (let now = 1; now < seconds; now += 1) {
    // All classes have data, or none has.
    if (Number.isNaN(classes[0]?.[now - 1])) continue;
    const rates = classes.map((counts) => rateAt(counts, now));
    method.observe(rates, now);
    if (now < fromSecond || now % stepSeconds !== 0) continue;
    for (const [index, counts] of classes.entries()) {
      for (const [at, ahead] of horizonSeconds.entries()) {
        const forecast = method.forecast(index, ahead);
        const largest = largestIn(counts, now, now + ahead);
        if (forecast === undefined || largest === undefined) continue;
        sums[at]?.add(forecast, meanOf(counts, now + ahead - Math.min(ahead, rateSeconds), now + ahead), largest);
      }
    }
  }
  return sums.map(({ score }) => score());
}

function createSums() {
  let [moments, rates, errors, exceeded, excess, held, envelopes] = [0, 0, 0, 0, 0, 0, 0];
  return {
    add(
      { mean, high, envelope }: { mean: number; high: number; envelope: number },
      rate: number,
      largest: number,
    ): void {
      moments += 1;
      rates += rate;
      errors += Math.abs(rate - mean);
      if (rate > high + 1e-9) exceeded += 1;
      excess += Math.max(0, high - rate);
      if (largest <= envelope + 1e-9) held += 1;
      envelopes += envelope;
    },
    score: (): Score => ({
      ...{ error: errors / rates, exceeded: exceeded / moments, excess: excess / rates },
      ...{ held: held / moments, envelope: envelopes / rates },
    }),
  };
}

const rateAt = (counts: Float32Array, now: number): ObservedRate => ({
  itemsPerSecond: meanOf(counts, Math.max(0, now - rateSeconds), now),
  latestPerSecond: counts[now - 1] ?? 0,
});
