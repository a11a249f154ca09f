// The nearest objective that can be met, and what would meet it.

import { milliseconds, type Candidate, type Objective, type TargetEntry } from '@pareto/core';
import { accuracyOf, idleMs, type SelectionQuery, type SelectParams } from './verdict.js';

export interface Offer {
  readonly objective: Objective;
  readonly candidate: Candidate;
  /** With nothing in its way; of one that is not loaded: once it is. */
  readonly predictedMs: number;
  readonly warm: boolean;
}

/**
 * Relaxes the objective as little as any one candidate allows. The distance adds, over latency, cost and error
 * (1 - accuracy), the logarithm of the ratio between what is offered and what was asked, so that a doubling of any of
 * them weighs the same. What the target leaves out is not offered. Undefined when nothing can serve the batch at all.
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

/** The objective with just what the candidate does not meet relaxed, rounded to the meetable side. */
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

/** An unmeasured candidate meets no floor at all. */
function offeredFloor(asked: number | undefined, accuracy: number | undefined): number | undefined {
  if (asked === undefined || accuracy === undefined) return undefined;
  return accuracy >= asked ? asked : Math.min(accuracy, Math.floor(accuracy * 1e4) / 1e4);
}

function offeredCeiling(asked: number | undefined, cost: number | undefined): number | undefined {
  if (asked === undefined || cost === undefined) return undefined;
  return cost <= asked ? asked : roundUp(cost);
}

const minError = 1e-4;

function distanceOf(asked: Objective, offered: Objective): number {
  const latency = Math.log(offered.latencyMs / Math.max(asked.latencyMs, 1e-3));
  const cost = logRatio(offered.maxCostPer1k, asked.maxCostPer1k);
  if (asked.minAccuracy === undefined) return latency + cost;
  const error = (accuracy: number): number => Math.max(minError, 1 - accuracy);
  return latency + cost + Math.log(error(offered.minAccuracy ?? 0) / error(asked.minAccuracy));
}

/** No ceiling where one was asked for is as far as anything can be. */
function logRatio(offered: number | undefined, asked: number | undefined): number {
  if (asked === undefined) return 0;
  return offered === undefined ? Infinity : Math.log(offered / Math.max(asked, 1e-12));
}

/** To three significant digits, and never below the value. */
function roundUp(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Math.max(value, Number((Math.ceil(value / step) * step).toPrecision(3)));
}
