// The demand of each stream as an exponential average of its latest seconds.

import type { PlanningView } from '../../policies/serving-policy.js';

export interface DemandParams {
  /** Number of seconds that are averaged. Code. */
  readonly seconds: number;
  /** Decay of the average, as a centre of mass in seconds: a second weighs `decay / (1 + decay)` of the one after it. Code. */
  readonly decay: number;
}

export const defaultDemandParams: DemandParams = { seconds: 20, decay: 1.6 };

export interface DemandAverage {
  /** Adds the queries of each stream in a second. */
  add(arrived: PlanningView['arrived']): void;
  /** Returns the queries of all streams in each of the latest seconds, the latest first. */
  totals(): readonly number[];
  /** Returns queries per second by stream. Throws if nothing was added. */
  rates(decay?: number): readonly number[];
}

export function createDemandAverage(params: DemandParams = defaultDemandParams): DemandAverage {
  /** The latest first. */
  let seconds: readonly (readonly number[])[] = [];
  return {
    add(arrived) {
      seconds = [arrived, ...seconds].slice(0, params.seconds);
    },
    totals: () => seconds.map((arrived) => arrived.reduce((sum, count) => sum + count, 0)),
    rates(decay = params.decay) {
      const [latest] = seconds;
      if (latest === undefined) throw new Error('the demand of no second is known');
      let [weight, weights] = [1, 0];
      const sums = latest.map(() => 0);
      for (const arrived of seconds) {
        for (const [stream, count] of arrived.entries()) sums[stream] = (sums[stream] ?? 0) + weight * count;
        weights += weight;
        weight *= decay / (1 + decay);
      }
      return sums.map((sum) => sum / weights);
    },
  };
}
