// The selection of the variant that answers: the cheapest warm one that meets the objective.

import type { Candidate, TargetEntry } from '@pareto/core';
import type { CandidateLoads } from '../route/candidate-loads.js';
import { createExamination, type Examination } from './examination.js';
import { examine } from './examine.js';
import { nearestFeasible, type Offer } from './nearest.js';
import { predictionOf, type Prediction } from './predict-latency.js';
import { accuracyOf, type SelectionQuery, type SelectParams } from './selection-query.js';
import { clearTrace, finishTrace, type DecisionTrace } from './trace.js';

export type RefusalReason =
  | 'infeasible'
  | 'overloaded'
  /** The queue may not get longer: it is longer than it needs to be, or the class of objectives has got its share. */
  | 'backlogged'
  | 'unplaceable'
  | 'batch-too-large'
  | 'quarantined'
  /** Rules exclude every candidate. */
  | 'ruled-out';

export type Selection =
  | (Prediction & {
      readonly kind: 'chosen';
      readonly candidate: Candidate;
      /** Index of the candidate in the target's list. */
      readonly position: number;
      /** Time since the receipt of the headers, which is part of the prediction. */
      readonly elapsedMs: number;
      /** Set if the candidate is below the accuracy floor and the query allows that. */
      readonly degraded: boolean;
      /** Cold candidate that would meet the whole objective. Undefined if the query is not degraded, or none would. */
      readonly missed: Candidate | undefined;
    })
  /** The objective is met only by a variant that is not loaded, for which the query can be held. */
  | { readonly kind: 'cold'; readonly candidate: Candidate; readonly position: number }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      readonly nearest: Offer | undefined;
      /** Prediction of the busy candidate that would answer first. Undefined if no candidate is busy. */
      readonly soonest: BusyCandidate | undefined;
    };

/** A candidate that meets the objective, but not with its current queue. */
export interface BusyCandidate extends Prediction {
  readonly candidate: Candidate;
}

/**
 * Selects a variant in O(candidates) without allocations except for the examination and the result. If the cheapest is
 * preferred, candidates that cost more than it are not examined once `trace` is full. Without `loads`, all warm candidates
 * are idle. Overwrites `trace`, if given, with the verdicts.
 */
export function selectVariant(
  target: TargetEntry,
  query: SelectionQuery,
  loads: CandidateLoads | undefined,
  params: SelectParams,
  trace?: DecisionTrace,
): Selection {
  const examined = createExamination(target, query, loads, params);
  if (trace !== undefined) clearTrace(trace);
  const count = examine(examined, trace);
  if (trace !== undefined) finishTrace(trace, examined.columns, count);
  return chosenOf(examined) ?? unansweredOf(target, examined, params);
}

/** Returns undefined if no candidate is eligible. */
function chosenOf(examined: Examination): Selection | undefined {
  const { columns, query, best } = examined;
  const candidate = columns.candidates[best];
  if (candidate === undefined) return undefined;
  const { predictedMs, waitMs, marginMs, maxWaitMs, batchMs } = predictionOf(examined, best);
  return {
    kind: 'chosen',
    candidate,
    position: columns.positions[best] ?? -1,
    elapsedMs: query.elapsedMs,
    predictedMs,
    waitMs,
    marginMs,
    maxWaitMs,
    batchMs,
    degraded: false,
    missed: undefined,
  };
}

/** Returns what becomes of a query that no candidate can answer now as requested. */
function unansweredOf(target: TargetEntry, examined: Examination, params: SelectParams): Selection {
  const { columns, query, loads, coldest, soonest, isBusy, isBacklogged, isUnplaceable } = examined;
  const isWarm = isBusy || isBacklogged;
  const coldOne = columns.candidates[coldest];
  const degraded = degrade(target, query, loads, params, isWarm ? undefined : coldOne);
  if (degraded !== undefined) return degraded;
  if (coldOne !== undefined && !isWarm)
    return { kind: 'cold', candidate: coldOne, position: columns.positions[coldest] ?? -1 };
  if (isRuledOut(target)) return refused('ruled-out');
  const busyOne = columns.candidates[soonest];
  if (busyOne === undefined) return refuse(target, query, params, isUnplaceable);
  const reason = isBacklogged ? 'backlogged' : 'overloaded';
  return refused(reason, { candidate: busyOne, ...predictionOf(examined, soonest) });
}

/**
 * Selects the most accurate warm candidate that meets everything except the floor, also if the query could be held for
 * the cold candidate `missed`. Undefined if the query does not allow that, or if there is none.
 */
function degrade(
  target: TargetEntry,
  query: SelectionQuery,
  loads: CandidateLoads | undefined,
  params: SelectParams,
  missed: Candidate | undefined,
): Selection | undefined {
  const { objective } = query;
  if (objective.degrade !== 'allow' || objective.minAccuracy === undefined) return undefined;
  const relaxed: SelectionQuery = {
    ...{ ...query, congestion: undefined },
    objective: { ...objective, minAccuracy: undefined, degrade: 'forbid', prefer: 'accuracy' },
  };
  const selection = selectVariant(target, relaxed, loads, params);
  if (selection.kind !== 'chosen') return undefined;
  const accuracy = accuracyOf(selection.candidate, objective.accuracyBound) ?? 0;
  return { ...selection, degraded: accuracy < objective.minAccuracy, missed };
}

function refuse(target: TargetEntry, query: SelectionQuery, params: SelectParams, isUnplaceable: boolean): Selection {
  if (isUnplaceable) return refused('unplaceable');
  if (query.items > Math.max(1, target.maxBatchSize)) return refused('batch-too-large');
  const isQuarantined = ({ quarantineReason }: Candidate): boolean => quarantineReason !== undefined;
  if (target.candidates.length > 0 && target.candidates.every(isQuarantined)) return refused('quarantined');
  return { ...refused('infeasible'), nearest: nearestFeasible(target, query, params) };
}

function refused(reason: RefusalReason, soonest?: BusyCandidate): Extract<Selection, { kind: 'refused' }> {
  return { kind: 'refused', reason, nearest: undefined, soonest };
}

const isRuledOut = ({ candidates, exclusions }: TargetEntry): boolean =>
  exclusions !== undefined &&
  candidates.length > 0 &&
  candidates.every((_, index) => exclusions[index] === 'denied' || exclusions[index] === 'not-pinned');
