// The nearest feasible objective, and the candidate that meets it.

import { milliseconds, type Candidate, type Objective, type TargetEntry } from '@pareto/core';
import type { TargetColumns } from './columns.js';
import { passes } from './criteria/criterion.js';
import { dominated, isNeededFor } from './criteria/dominated.js';
import { unmeasurable } from './criteria/unmeasurable.js';
import { idleAt } from './predict-latency.js';
import { accuracyOf, type SelectionQuery, type SelectParams } from './selection-query.js';
import { columnsOf } from './target-columns.js';

export interface Offer {
  readonly objective: Objective;
  readonly candidate: Candidate;
  /** Predicted latency when idle, and once loaded if it is cold. */
  readonly predictedMs: number;
  readonly warm: boolean;
}

/**
 * Returns the offer that relaxes the objective least. The distance is the product, over latency, cost and error (1 -
 * accuracy), of offered / requested, so that doubling any of them weighs the same. Excluded candidates are not offered.
 * Undefined if no candidate can serve the batch at all.
 */
export function nearestFeasible(
  target: TargetEntry,
  query: SelectionQuery,
  { hopMs }: SelectParams,
): Offer | undefined {
  const { objective } = query;
  const { maxCostPer1k } = objective;
  const columns = columnsOf(target);
  const accuracies = objective.accuracyBound === 'lower95' ? columns.lower95 : columns.accuracy;
  const minError = 1 - (objective.minAccuracy ?? 0);
  let best = -1;
  let bestDistance = Infinity;
  /** Cost from which the distance is at least that of the best candidate. */
  let costLimit = Infinity;
  for (let row = 0; row < columns.candidates.length; row++) {
    const cost = columns.cost[row] ?? NaN;
    if (cost >= costLimit || !isOffered(columns, accuracies, row, query)) continue;
    const needsMs = idleAt(columns, row, query, hopMs);
    let distance = Math.max(1, needsMs / Math.max(objective.latencyMs, 1e-3));
    if (objective.minAccuracy !== undefined) distance *= errorRatio(accuracies[row] ?? NaN, minError);
    if (maxCostPer1k !== undefined) distance *= costRatio(cost, maxCostPer1k);
    if (best >= 0 && !(distance < bestDistance)) continue;
    best = row;
    bestDistance = distance;
    if (maxCostPer1k !== undefined) costLimit = distance * Math.max(maxCostPer1k, leastCost);
  }
  const candidate = columns.candidates[best];
  return candidate === undefined ? undefined : offerOf(candidate, idleAt(columns, best, query, hopMs), objective);
}

/**
 * Returns whether a candidate could serve the batch: it is measured, is loaded or can be, and is not excluded. A dominated
 * one counts if a floor is requested that it is closer to.
 */
function isOffered(
  columns: TargetColumns,
  accuracies: Float64Array,
  row: number,
  { items, objective }: SelectionQuery,
): boolean {
  const fixed = columns.fixed[row] ?? passes;
  const isCloser =
    fixed === dominated.code &&
    objective.minAccuracy !== undefined &&
    isNeededFor(Math.min(objective.minAccuracy, accuracies[row] ?? NaN), columns, accuracies, row);
  if (fixed !== passes && fixed !== unmeasurable.code && !isCloser) return false;
  if (columns.profiled[row] === 0 || items > Math.max(1, columns.maxBatchSize[row] ?? 0)) return false;
  return (columns.ceiling[row] ?? 0) > 0 || columns.placeable[row] === 1;
}

/** Smallest error that distances count. */
const leastError = 1e-4;

/** Returns by how much the error exceeds the requested one, at least 1. An accuracy of NaN counts as 0. */
function errorRatio(accuracy: number, requested: number): number {
  const error = Number.isNaN(accuracy) ? 1 : 1 - accuracy;
  return Math.max(1, Math.max(leastError, error) / Math.max(leastError, requested));
}

/** Smallest requested cost that distances count. */
const leastCost = 1e-12;

/** Returns by how much the cost exceeds the requested one, at least 1. A cost of NaN is infinite. */
const costRatio = (cost: number, requested: number): number =>
  Number.isNaN(cost) ? Infinity : Math.max(1, cost / Math.max(requested, leastCost));

/**
 * Returns the objective with only the fields relaxed that the candidate does not meet, rounded so that it meets them.
 */
function offerOf(candidate: Candidate, needsMs: number, objective: Objective): Offer {
  return {
    candidate,
    predictedMs: needsMs,
    warm: candidate.replicas.length > 0,
    objective: {
      ...objective,
      latencyMs: milliseconds(needsMs <= objective.latencyMs ? objective.latencyMs : roundUp(needsMs)),
      minAccuracy: offeredFloor(objective.minAccuracy, accuracyOf(candidate, objective.accuracyBound)),
      maxCostPer1k: offeredCeiling(objective.maxCostPer1k, candidate.costPer1k),
    },
  };
}

/** Returns the floor that the candidate meets. Undefined if it is not measured, or if none was requested. */
function offeredFloor(requested: number | undefined, accuracy: number | undefined): number | undefined {
  if (requested === undefined || accuracy === undefined) return undefined;
  return accuracy >= requested ? requested : Math.min(accuracy, Math.floor(accuracy * 1e4) / 1e4);
}

function offeredCeiling(requested: number | undefined, cost: number | undefined): number | undefined {
  if (requested === undefined || cost === undefined) return undefined;
  return cost <= requested ? requested : roundUp(cost);
}

/** Rounds up to three significant digits. */
function roundUp(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Math.max(value, Number((Math.ceil(value / step) * step).toPrecision(3)));
}
