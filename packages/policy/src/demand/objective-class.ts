// Classes of objectives that are counted together, and the strictest objective of a class.

import type { Objective } from '@pareto/core';

const logStep = Math.log(1.05);
const accuraciesPerUnit = 1_000;

const logIndex = (value: number): number => Math.floor(Math.log(value) / logStep);

/** Returns the class of an objective. The values of one class differ by less than 5 %, its floors by less than 0.001. */
export const objectiveClass = (objective: Objective): string =>
  `${logIndex(objective.latencyMs)} ${Math.ceil(floorOf(objective) * accuraciesPerUnit)} ${logIndex(costOf(objective))} ${objective.accuracyBound} ${objective.class} ${objective.degrade} ${objective.prefer}`;

const floorOf = ({ minAccuracy = 0 }: Objective): number => minAccuracy;
const costOf = ({ maxCostPer1k = Infinity }: Objective): number => maxCostPer1k;

/** Returns an objective that is as strict as both in every field. Returns `a` itself if that is the one. */
export function strictestOf(a: Objective, b: Objective): Objective {
  if (isAsStrict(a, b)) return a;
  return {
    latencyMs: a.latencyMs <= b.latencyMs ? a.latencyMs : b.latencyMs,
    minAccuracy: floorOf(a) >= floorOf(b) ? a.minAccuracy : b.minAccuracy,
    maxCostPer1k: costOf(a) <= costOf(b) ? a.maxCostPer1k : b.maxCostPer1k,
    accuracyBound: a.accuracyBound === 'lower95' ? 'lower95' : b.accuracyBound,
    class: a.class === 'online' ? 'online' : b.class,
    degrade: a.degrade === 'forbid' ? 'forbid' : b.degrade,
    prefer: a.prefer === 'accuracy' ? 'accuracy' : b.prefer,
  };
}

/** Returns whether an objective is as strict as another one in every field. */
export const isAsStrict = (a: Objective, b: Objective): boolean =>
  a.latencyMs <= b.latencyMs &&
  floorOf(a) >= floorOf(b) &&
  costOf(a) <= costOf(b) &&
  (a.accuracyBound === 'lower95' || b.accuracyBound === 'point') &&
  (a.class === 'online' || b.class === 'offline') &&
  (a.degrade === 'forbid' || b.degrade === 'allow') &&
  (a.prefer === 'accuracy' || b.prefer === 'cost');
