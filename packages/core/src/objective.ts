// What a client asks for, and how the three places that it may come from combine.

import type { Milliseconds } from './units.js';

export type ServiceClass = 'online' | 'offline';
export type AccuracyBound = 'point' | 'lower95';
export type Degrade = 'forbid' | 'allow';

/** A fully resolved objective. */
export interface Objective {
  /** From the router's receipt of the headers to its last reply byte. */
  readonly latencyMs: Milliseconds;
  /** A fraction of 1; undefined: no floor. */
  readonly minAccuracy: number | undefined;
  readonly accuracyBound: AccuracyBound;
  /** USD per 1,000 answers; undefined: no ceiling. */
  readonly maxCostPer1k: number | undefined;
  readonly class: ServiceClass;
  readonly degrade: Degrade;
}

/** Fields left undefined take the next source's. */
export type PartialObjective = { readonly [K in keyof Objective]?: Objective[K] | undefined };

/** What holds when neither client nor task says otherwise: within 1 s. */
export const fallbackObjective: Objective = {
  latencyMs: 1000 as Milliseconds,
  minAccuracy: undefined,
  accuracyBound: 'point',
  maxCostPer1k: undefined,
  class: 'online',
  degrade: 'forbid',
};

/**
 * Merges sources, the strongest first: parameters, then metadata, then the task's default. A floor of 0 is none, whatever a
 * weaker source says.
 */
export function resolveObjective(...sources: readonly PartialObjective[]): Objective {
  const first = <K extends keyof Objective>(key: K): Objective[K] => {
    for (const source of sources) {
      const value = source[key];
      if (value !== undefined) return value;
    }
    return fallbackObjective[key];
  };
  const minAccuracy = first('minAccuracy');
  return {
    latencyMs: first('latencyMs'),
    minAccuracy: minAccuracy === 0 ? undefined : minAccuracy,
    accuracyBound: first('accuracyBound'),
    maxCostPer1k: first('maxCostPer1k'),
    class: first('class'),
    degrade: first('degrade'),
  };
}
