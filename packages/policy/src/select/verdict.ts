// The verdict on one candidate for one query.

import type { AccuracyBound, Candidate, Objective } from '@pareto/core';
import { p99At } from '../cost/profile-at.js';
import type { LoadView } from '../route/load-view.js';

/** `eligible` first; the others say why a candidate does not answer now. The order is that of the trace's counters. */
export const verdicts = [
  'eligible', // warm, and meets the objective
  'cold', // would meet it once loaded
  'busy', // meets it when idle, not with its queue of now
  'unplaceable', // would meet it, but no replica is ready and no worker can load it
  'too-slow', // does not meet the latency even when idle
  'below-accuracy',
  'above-cost',
  'unmeasured', // the objective asks for what was not measured of it
  'batch-too-large',
  'quarantined',
  'unmeasurable', // measuring it failed on every class that there is
  // Left out by the target; see `Exclusion`.
  'denied',
  'not-pinned',
  'dominated',
] as const;

export type Verdict = (typeof verdicts)[number];

/** The place of each verdict in `verdicts`. */
export const verdictCodes: Readonly<Record<Verdict, number>> = Object.fromEntries(
  verdicts.map((verdict, code) => [verdict, code]),
) as Record<Verdict, number>;

export interface SelectionQuery {
  /** Of the first dimension; 1 without a batch. */
  readonly items: number;
  readonly objective: Objective;
  /** Since the headers came. */
  readonly elapsedMs: number;
  readonly preference: Preference;
}

/** `cheapest` of what meets the objective; `most-accurate` when nobody stated one. */
export type Preference = 'cheapest' | 'most-accurate';

export interface SelectParams {
  /** The way from router to worker and back, in ms. */
  readonly hopMs: number;
}

export const defaultSelectParams: SelectParams = { hopMs: 1 };

/** Accuracy as the objective compares it; undefined when unmeasured. */
export function accuracyOf(candidate: Candidate, bound: AccuracyBound): number | undefined {
  return bound === 'lower95' ? candidate.accuracy?.lower95 : candidate.accuracy?.value;
}

/** Completion with an empty queue: p99 of the query's own batch and the hop. An unprofiled candidate is given the hop. */
export function idleMs(candidate: Candidate, items: number, params: SelectParams): number {
  return params.hopMs + (candidate.profile === undefined ? 0 : p99At(candidate.profile, items));
}

/**
 * Completion since the headers came: elapsed + backlog + p99 of the batch it would join + hop; infinite when nothing of
 * it is warm. `idle` is `idleMs` of the query.
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

/** For people: `predicted`, and of what is not warm what it would be once it is; infinite when it was never measured. */
export function predictedWarmMs(candidate: Candidate, query: SelectionQuery, idle: number, predicted: number): number {
  return predicted < Infinity || candidate.profile === undefined ? predicted : query.elapsedMs + idle;
}

/** `idle` and `predicted` are `idleMs` and `predictedMs` of the query. */
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
