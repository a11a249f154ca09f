// Objectives of queries, and how their three sources are merged.

import type { Milliseconds } from './units.js';

export type ServiceClass = 'online' | 'offline';
export type AccuracyBound = 'point' | 'lower95';
export type Degrade = 'forbid' | 'allow';
export type Prefer = 'cost' | 'accuracy';

/** A fully resolved objective. */
export interface Objective {
  /** Time from the router's receipt of the headers to the last byte of its reply. */
  readonly latencyMs: Milliseconds;
  /** Accuracy floor, as a fraction of 1. Undefined means no floor. */
  readonly minAccuracy: number | undefined;
  readonly accuracyBound: AccuracyBound;
  /** Cost limit, in USD per 1,000 answers. Undefined means no limit. */
  readonly maxCostPer1k: number | undefined;
  readonly class: ServiceClass;
  readonly degrade: Degrade;
  /** Order of the variants that meet the objective. */
  readonly prefer: Prefer;
}

/** An objective of one source. A field left undefined is taken from the next source. */
export type PartialObjective = { readonly [K in keyof Objective]?: Objective[K] | undefined };

/** Applies where neither the client nor the task sets a field. */
export const fallbackObjective: Objective = {
  latencyMs: 1000 as Milliseconds,
  minAccuracy: undefined,
  accuracyBound: 'point',
  maxCostPer1k: undefined,
  class: 'online',
  degrade: 'forbid',
  prefer: 'accuracy',
};

/** Merges the sources, in order of precedence. Fields that none of them sets are undefined. */
export function mergeObjectives(...sources: readonly PartialObjective[]): PartialObjective {
  const first = <K extends keyof Objective>(key: K): Objective[K] | undefined => {
    for (const source of sources) {
      const value = source[key];
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return {
    latencyMs: first('latencyMs'),
    minAccuracy: first('minAccuracy'),
    accuracyBound: first('accuracyBound'),
    maxCostPer1k: first('maxCostPer1k'),
    class: first('class'),
    degrade: first('degrade'),
    prefer: first('prefer'),
  };
}

/**
 * Merges the sources, in order of precedence: parameters, then metadata, then the task's default. A floor of 0 means no
 * floor, even if a later source sets one. If none prefers anything, `cost` counts if one sets a latency, accuracy or cost, and otherwise
 * `accuracy`: such a query gets the most accurate answer within the fallback latency.
 */
export function resolveObjective(...sources: readonly PartialObjective[]): Objective {
  const merged = mergeObjectives(...sources);
  const { latencyMs, minAccuracy, maxCostPer1k } = merged;
  const isStated = latencyMs !== undefined || minAccuracy !== undefined || maxCostPer1k !== undefined;
  return {
    latencyMs: latencyMs ?? fallbackObjective.latencyMs,
    minAccuracy: minAccuracy === 0 ? undefined : minAccuracy,
    accuracyBound: merged.accuracyBound ?? fallbackObjective.accuracyBound,
    maxCostPer1k,
    class: merged.class ?? fallbackObjective.class,
    degrade: merged.degrade ?? fallbackObjective.degrade,
    prefer: merged.prefer ?? (isStated ? 'cost' : fallbackObjective.prefer),
  };
}
