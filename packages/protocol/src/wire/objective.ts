// Maps objectives and accuracies to messages and back.

import { milliseconds, metrics, ParetoError, type Accuracy, type Metric, type PartialObjective } from '@pareto/core';
import type * as wire from '../gen/messages.js';
import type { Complete } from './complete.js';
import { oneOf } from './one-of.js';

/**
 * Unset fields are undefined, so that the next source of the objective applies. Throws `invalid-argument` as
 * `checkObjective` does.
 */
export function objectiveFromWire(message: wire.Objective | null | undefined): PartialObjective {
  if (message === null || message === undefined) return {};
  const { latencyMs, minAccuracy, maxCostPer_1k: maxCostPer1k } = message;
  const classes = { CLASS_UNSPECIFIED: undefined, ONLINE: 'online', OFFLINE: 'offline' } as const;
  const bounds = { ACCURACY_BOUND_UNSPECIFIED: undefined, POINT: 'point', LOWER95: 'lower95' } as const;
  const prefers = { PREFER_UNSPECIFIED: undefined, COST: 'cost', ACCURACY: 'accuracy' } as const;
  const degrades = { DEGRADE_UNSPECIFIED: undefined, FORBID: 'forbid', ALLOW: 'allow' } as const;
  return checkObjective({
    latencyMs: message._latencyMs === undefined || latencyMs === undefined ? undefined : milliseconds(latencyMs),
    minAccuracy: message._minAccuracy === undefined ? undefined : minAccuracy,
    maxCostPer1k: message._maxCostPer_1k === undefined ? undefined : maxCostPer1k,
    class: classes[message.class],
    accuracyBound: bounds[message.accuracyBound],
    degrade: degrades[message.degrade],
    prefer: prefers[message.prefer],
  });
}

/**
 * Returns the objective. Throws `invalid-argument` if a value is out of range. `nameOf` returns the client's name of a
 * field.
 */
export function checkObjective(
  objective: PartialObjective,
  nameOf: (field: string) => string = (field) => `objective ${field}`,
): PartialObjective {
  const check = (field: string, value: number | undefined, expected: string, valid: (v: number) => boolean): void => {
    if (value === undefined || valid(value)) return;
    throw new ParetoError('invalid-argument', `${nameOf(field)} is ${value}: expected ${expected}`);
  };
  check('latency_ms', objective.latencyMs, 'a number of milliseconds above 0', (v) => v > 0 && Number.isFinite(v));
  check('min_accuracy', objective.minAccuracy, 'a fraction from 0 to 1', (v) => v >= 0 && v <= 1);
  check('max_cost_per_1k', objective.maxCostPer1k, 'USD per 1,000 answers, 0 or more', (v) => v >= 0);
  return objective;
}

/** Leaves undefined fields unset. */
export const objectiveToWire = (objective: PartialObjective): Complete<wire.ObjectiveInput> => ({
  latencyMs: objective.latencyMs,
  minAccuracy: objective.minAccuracy,
  maxCostPer_1k: objective.maxCostPer1k,
  class: enumToWire(objective.class),
  accuracyBound: enumToWire(objective.accuracyBound),
  degrade: enumToWire(objective.degrade),
  prefer: enumToWire(objective.prefer),
});

const enumToWire = <Value extends string>(value: Value | undefined): Uppercase<Value> | undefined =>
  value?.toUpperCase() as Uppercase<Value> | undefined;

/** Throws `invalid-argument` if the metric is unknown. */
export const metricFromWire = (text: string): Metric => oneOf('metric', metrics, text);

export function accuracyFromWire(message: wire.Accuracy | null | undefined): Accuracy | undefined {
  if (message === null || message === undefined) return undefined;
  const { scale, ...rest } = message;
  return { ...rest, metric: metricFromWire(message.metric), ...(scale > 0 && { scale }) };
}

export const accuracyToWire = (accuracy: Accuracy | undefined): Complete<wire.AccuracyInput> | null =>
  accuracy === undefined ? null : { ...accuracy, scale: accuracy.scale ?? 0 };
