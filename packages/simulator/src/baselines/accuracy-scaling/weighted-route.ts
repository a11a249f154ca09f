// Divides the queries of a stream among options by weights, evenly over time.

import type { ScalableOption } from './scalable-option.js';

/** Weights of the options by stream. */
export type RouteWeights = ReadonlyMap<ScalableOption, number>;

export interface WeightedRoute {
  /** Sets the weights of each stream. */
  set(weights: readonly RouteWeights[]): void;
  /** Returns the option that is furthest behind its share, of those with a weight. Undefined if none has one. */
  next(stream: number, options: ReadonlySet<ScalableOption>): ScalableOption | undefined;
}

export function createWeightedRoute(): WeightedRoute {
  let streams: readonly { readonly weights: RouteWeights; readonly credits: Map<ScalableOption, number> }[] = [];
  return {
    set(weights) {
      streams = weights.map((own) => ({ weights: own, credits: new Map() }));
    },
    next(stream, options) {
      const of = streams[stream];
      if (of === undefined) return undefined;
      const { weights, credits } = of;
      const weighted = [...options].filter((option) => (weights.get(option) ?? 0) > 0);
      const sum = weighted.reduce((total, option) => total + (weights.get(option) ?? 0), 0);
      let best: ScalableOption | undefined;
      for (const option of weighted) {
        credits.set(option, (credits.get(option) ?? 0) + (weights.get(option) ?? 0) / sum);
        if (best === undefined || (credits.get(option) ?? 0) > (credits.get(best) ?? 0)) best = option;
      }
      if (best !== undefined) credits.set(best, (credits.get(best) ?? 0) - 1);
      return best;
    },
  };
}
