// The verdict on one candidate for one query.

import type { AccuracyBound, Candidate, Objective } from '@pareto/core';
import { p99At } from '../cost/profile-at.js';
import type { LoadView } from '../route/load-view.js';

/**
 * All verdicts, in the order of the trace's counters: `eligible`, then the reasons why a candidate does not answer now.
 */
export const verdicts = [
  'eligible', // warm, and meets the objective
  'cold', // would meet it once loaded
  'busy', // meets it when idle, but not with its current queue
  'unplaceable', // would meet it, but no replica is ready and no worker can load it
  'too-slow', // does not meet the latency even when idle
  'below-accuracy',
  'above-cost',
  'unmeasured', // the objective limits a property that was not measured
  'batch-too-large',
  'quarantined',
  'unmeasurable', // measuring failed on every class of the fleet
  // Excluded by the target, see `Exclusion`.
  'denied',
  'not-pinned',
  'dominated',
] as const;

export type Verdict = (typeof verdicts)[number];

/** Index of each verdict in `verdicts`. */
export const verdictCodes: Readonly<Record<Verdict, number>> = Object.fromEntries(
  verdicts.map((verdict, code) => [verdict, code]),
) as Record<Verdict, number>;

export interface SelectionQuery {
  /** Size of the batch dimension. 1 if there is none. */
  readonly items: number;
  readonly objective: Objective;
  /** Time since the receipt of the headers. */
  readonly elapsedMs: number;
  readonly preference: Preference;
}

/** Order of the candidates that meet the objective: `most-accurate` applies if no source states an objective. */
export type Preference = 'cheapest' | 'most-accurate';

export interface SelectParams {
  /** Round trip from router to worker, in ms. */
  readonly hopMs: number;
}

export const defaultSelectParams: SelectParams = { hopMs: 1 };

/** Returns the accuracy that the objective compares, or undefined if it is not measured. */
export function accuracyOf(candidate: Candidate, bound: AccuracyBound): number | undefined {
  return bound === 'lower95' ? candidate.accuracy?.lower95 : candidate.accuracy?.value;
}

/**
 * Returns the latency with an empty queue: p99 of the query's own batch plus the hop. Only the hop if there is no
 * profile.
 */
export function idleMs(candidate: Candidate, items: number, params: SelectParams): number {
  return params.hopMs + (candidate.profile === undefined ? 0 : p99At(candidate.profile, items));
}

/**
 * Returns the latency from the receipt of the headers: elapsed + backlog + p99 of the batch it would join + hop.
 * Infinity if no replica is warm. `idle` is `idleMs` of the query.
 */
export function predictedMs(
  candidate: Candidate,
  query: SelectionQuery,
  idle: number,
  loads: LoadView,
  params: SelectParams,
): number {
  const [replica] = candidate.replicas;
  const backlogMs = loads.backlogMs(candidate.index);
  if (replica === undefined || backlogMs === Infinity) return Infinity;
  const joined = Math.min(replica.batchCeiling, loads.queuedItems(candidate.index) + query.items);
  const serviceMs = joined > query.items ? idleMs(candidate, joined, params) : idle;
  return query.elapsedMs + backlogMs + serviceMs;
}

/**
 * Returns `predicted` or, for a cold candidate, the latency once it is loaded. Infinity if it was never measured. For
 * display.
 */
export function predictedWarmMs(candidate: Candidate, query: SelectionQuery, idle: number, predicted: number): number {
  return predicted < Infinity || candidate.profile === undefined ? predicted : query.elapsedMs + idle;
}

/** Returns the verdict on a candidate. `idle` and `predicted` are `idleMs` and `predictedMs` of the query. */
export function judge(candidate: Candidate, query: SelectionQuery, idle: number, predicted: number): Verdict {
  const { minAccuracy, accuracyBound, maxCostPer1k, latencyMs } = query.objective;
  if (candidate.quarantineReason !== undefined) return 'quarantined';
  if (candidate.measurementError !== undefined) return 'unmeasurable';
  if (query.items > 1 && query.items > candidate.maxBatchSize) return 'batch-too-large';
  if (minAccuracy !== undefined) {
    const accuracy = accuracyOf(candidate, accuracyBound);
    if (accuracy === undefined) return 'unmeasured';
    if (accuracy < minAccuracy) return 'below-accuracy';
  }
  if (maxCostPer1k !== undefined) {
    if (candidate.costPer1k === undefined) return 'unmeasured';
    if (candidate.costPer1k > maxCostPer1k) return 'above-cost';
  }
  if (idle > latencyMs) return 'too-slow';
  if (predicted === Infinity) return candidate.placeable ? 'cold' : 'unplaceable';
  return predicted <= latencyMs ? 'eligible' : 'busy';
}
