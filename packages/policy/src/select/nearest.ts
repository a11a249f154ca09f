// The nearest feasible objective, and the candidate that meets it.

import { milliseconds, type Candidate, type Objective, type TargetEntry } from '@pareto/core';
import { accuracyOf, idleMs, type SelectionQuery, type SelectParams } from './verdict.js';

export interface Offer {
  readonly objective: Objective;
  readonly candidate: Candidate;
  /** Predicted latency when idle, and once loaded if it is cold. */
  readonly predictedMs: number;
  readonly warm: boolean;
}

/**
 * Returns the offer that relaxes the objective least. The distance is the sum, over latency, cost and error (1 -
 * accuracy), of the logarithm of offered / requested, so that doubling any of them weighs the same. Excluded candidates
 * are not offered. Undefined if no candidate can serve the batch at all.
 */
export function nearestFeasible(target: TargetEntry, query: SelectionQuery, params: SelectParams): Offer | undefined {
  let best: Offer | undefined;
  let bestDistance = Infinity;
  for (const [index, candidate] of target.candidates.entries()) {
    if (target.exclusions?.[index] !== undefined) continue;
    const offer = offerOf(candidate, query, params);
    if (offer === undefined) continue;
    const distance = distanceOf(query.objective, offer.objective);
    if (best === undefined || distance < bestDistance) {
      best = offer;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Returns the objective with only the fields relaxed that the candidate does not meet, rounded so that it meets them.
 */
function offerOf(candidate: Candidate, query: SelectionQuery, params: SelectParams): Offer | undefined {
  const { objective, items } = query;
  if (candidate.quarantineReason !== undefined || candidate.profile === undefined) return undefined;
  if (candidate.replicas.length === 0 && !candidate.placeable) return undefined;
  if (items > Math.max(1, candidate.maxBatchSize)) return undefined;
  const needsMs = idleMs(candidate, items, params);
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

const minError = 1e-4;

function distanceOf(requested: Objective, offered: Objective): number {
  const latency = Math.log(offered.latencyMs / Math.max(requested.latencyMs, 1e-3));
  const cost = logRatio(offered.maxCostPer1k, requested.maxCostPer1k);
  if (requested.minAccuracy === undefined) return latency + cost;
  const error = (accuracy: number): number => Math.max(minError, 1 - accuracy);
  return latency + cost + Math.log(error(offered.minAccuracy ?? 0) / error(requested.minAccuracy));
}

/** Returns Infinity if a limit was requested and none can be offered. */
function logRatio(offered: number | undefined, requested: number | undefined): number {
  if (requested === undefined) return 0;
  return offered === undefined ? Infinity : Math.log(offered / Math.max(requested, 1e-12));
}

/** Rounds up to three significant digits. */
function roundUp(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Math.max(value, Number((Math.ceil(value / step) * step).toPrecision(3)));
}
