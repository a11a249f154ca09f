// The selection of the variant that answers: the cheapest warm one that meets the objective.

import type { Candidate, Objective, TargetEntry } from '@pareto/core';
import type { LoadView } from '../route/load-view.js';
import { nearestFeasible, type Offer } from './nearest.js';
import { compareCandidates } from './rank.js';
import { clearTrace, recordVerdict, type DecisionTrace } from './trace.js';
import {
  accuracyOf,
  predictedWarmMs,
  idleMs,
  judge,
  predictedMs,
  type SelectionQuery,
  type SelectParams,
} from './verdict.js';

export type RefusalReason =
  | 'infeasible'
  | 'overloaded'
  | 'unplaceable'
  | 'batch-too-large'
  | 'quarantined'
  /** Rules exclude every candidate. */
  | 'ruled-out';

export type Selection =
  | {
      readonly kind: 'chosen';
      readonly candidate: Candidate;
      /** Index of the candidate in the target's list. */
      readonly position: number;
      /** Predicted latency from the receipt of the headers. */
      readonly predictedMs: number;
      /** Latency limit minus the predicted latency. */
      readonly slackMs: number;
      /** Set if the candidate is below the accuracy floor and the query allows that. */
      readonly degraded: boolean;
      /** Cold candidate that would meet the whole objective. Undefined if the query is not degraded, or none would. */
      readonly missed: Candidate | undefined;
    }
  /** The objective is met only by a variant that is not loaded, for which the query can be held. */
  | { readonly kind: 'cold'; readonly candidate: Candidate; readonly position: number }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly nearest: Offer | undefined };

/**
 * Selects a variant in O(candidates) without allocations except for the result. Overwrites `trace`, if given, with the
 * verdicts.
 */
export function selectVariant(
  target: TargetEntry,
  query: SelectionQuery,
  loads: LoadView,
  params: SelectParams,
  trace?: DecisionTrace,
): Selection {
  if (trace !== undefined) clearTrace(trace);
  let best: Candidate | undefined;
  let bestMs = Infinity;
  let bestPosition = -1;
  let cold: Candidate | undefined;
  let coldPosition = -1;
  let isBusy = false;
  let isUnplaceable = false;
  let index = -1;
  for (const candidate of target.candidates) {
    index++;
    const idle = idleMs(candidate, query.items, params);
    const predicted = predictedMs(candidate, query, idle, loads, params);
    const verdict = target.exclusions?.[index] ?? judge(candidate, query, idle, predicted);
    if (trace !== undefined)
      recordVerdict(trace, target, query, index, verdict, predictedWarmMs(candidate, query, idle, predicted));
    if (verdict === 'eligible') {
      if (best === undefined || compareCandidates(query, candidate, predicted, best, bestMs) < 0) {
        best = candidate;
        bestMs = predicted;
        bestPosition = index;
      }
    } else if (verdict === 'cold') {
      if (cold === undefined || compareCandidates(query, candidate, 0, cold, 0) < 0) {
        cold = candidate;
        coldPosition = index;
      }
    } else if (verdict === 'busy') isBusy = true;
    else if (verdict === 'unplaceable') isUnplaceable = true;
  }
  if (best !== undefined) return chosen(best, bestPosition, bestMs, query.objective);
  const degraded = degrade(target, query, loads, params, isBusy ? undefined : cold);
  if (degraded !== undefined) return degraded;
  if (cold !== undefined && !isBusy) return { kind: 'cold', candidate: cold, position: coldPosition };
  return refuse(target, query, params, isBusy, isUnplaceable);
}

/**
 * Selects the most accurate warm candidate that meets everything except the floor, also if the query could be held for
 * the cold candidate `missed`. Undefined if the query does not allow that, or if there is none.
 */
function degrade(
  target: TargetEntry,
  query: SelectionQuery,
  loads: LoadView,
  params: SelectParams,
  missed: Candidate | undefined,
): Selection | undefined {
  const { objective } = query;
  if (objective.degrade !== 'allow' || objective.minAccuracy === undefined) return undefined;
  const relaxed: SelectionQuery = {
    ...query,
    objective: { ...objective, minAccuracy: undefined, degrade: 'forbid' },
    preference: 'most-accurate',
  };
  const selection = selectVariant(target, relaxed, loads, params);
  if (selection.kind !== 'chosen') return undefined;
  const accuracy = accuracyOf(selection.candidate, objective.accuracyBound) ?? 0;
  return { ...selection, degraded: accuracy < objective.minAccuracy, missed };
}

function refuse(
  target: TargetEntry,
  query: SelectionQuery,
  params: SelectParams,
  isBusy: boolean,
  isUnplaceable: boolean,
): Selection {
  if (isRuledOut(target)) return { kind: 'refused', reason: 'ruled-out', nearest: undefined };
  if (isBusy) return { kind: 'refused', reason: 'overloaded', nearest: undefined };
  if (isUnplaceable) return { kind: 'refused', reason: 'unplaceable', nearest: undefined };
  if (query.items > Math.max(1, target.maxBatchSize)) {
    return { kind: 'refused', reason: 'batch-too-large', nearest: undefined };
  }
  const isQuarantined = ({ quarantineReason }: Candidate): boolean => quarantineReason !== undefined;
  if (target.candidates.length > 0 && target.candidates.every(isQuarantined)) {
    return { kind: 'refused', reason: 'quarantined', nearest: undefined };
  }
  return { kind: 'refused', reason: 'infeasible', nearest: nearestFeasible(target, query, params) };
}

const isRuledOut = ({ candidates, exclusions }: TargetEntry): boolean =>
  candidates.length > 0 &&
  candidates.every((_, index) => exclusions?.[index] === 'denied' || exclusions?.[index] === 'not-pinned');

function chosen(candidate: Candidate, position: number, predictedMs: number, objective: Objective): Selection {
  const slackMs = objective.latencyMs - predictedMs;
  return { kind: 'chosen', candidate, position, predictedMs, slackMs, degraded: false, missed: undefined };
}
