// Converts a query's objective to its two wire formats: a message, and request parameters.

import { milliseconds, type PartialObjective } from '@pareto/core';
import { checkObjective, objectiveToWire, type wire } from '@pareto/protocol';
import type { QueryObjective } from './query.js';

/** Throws `invalid-argument` if a value is out of range. */
function checked(objective: QueryObjective): PartialObjective {
  const { latencyMs, ...rest } = objective;
  return checkObjective({ ...rest, latencyMs: latencyMs === undefined ? undefined : milliseconds(latencyMs) });
}

export const objectiveMessage = (objective: QueryObjective | undefined): wire.ObjectiveInput | null =>
  objective === undefined ? null : objectiveToWire(checked(objective));

/** Returns the objective as parameters of the Open Inference Protocol. */
export function objectiveParameters(objective: QueryObjective | undefined): Record<string, wire.InferParameterInput> {
  if (objective === undefined) return {};
  const { latencyMs, minAccuracy, maxCostPer1k, accuracyBound, class: serviceClass, ...others } = checked(objective);
  const fields: Readonly<Record<string, number | string | undefined>> = {
    latency_ms: latencyMs,
    min_accuracy: minAccuracy,
    max_cost_per_1k: maxCostPer1k,
    accuracy_bound: accuracyBound,
    class: serviceClass,
    degrade: others.degrade,
    prefer: others.prefer,
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, typeof value === 'number' ? { doubleParam: value } : { stringParam: value }]];
    }),
  );
}
