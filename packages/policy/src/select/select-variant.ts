// The selection of the variant that answers: the cheapest warm one that meets the objective.

import type { Candidate, TargetEntry } from '@pareto/core';
import { loadField, loadFields, type CandidateLoads } from '../route/candidate-loads.js';
import { nearestFeasible, type Offer } from './nearest.js';
import { createRanked, isBetter } from './rank.js';
import { clearTrace, countVerdict, finishTrace, recordsTimes, recordVerdict, type DecisionTrace } from './trace.js';
import { columnsOf, isNeededFor, noVerdict, p99Of, type TargetColumns } from './target-columns.js';
import { accuracyOf, verdictCodes, type Preference, type SelectionQuery, type SelectParams } from './verdict.js';

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
      /** Latency limit minus the predicted latency. */
      readonly slackMs: number;
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

interface Prediction {
  /** Predicted latency from the receipt of the headers. */
  readonly predictedMs: number;
  /** Part of it until the batch starts. */
  readonly waitMs: number;
  /** Part of it that is a margin, because admitted queries were late. */
  readonly marginMs: number;
  /** Maximum of that part, because the queue may not get longer. Infinity if there is none. */
  readonly maxWaitMs: number;
  /** Expected time of a batch at the ceiling. */
  readonly batchMs: number;
}

/** A candidate that meets the objective, but not with its current queue. */
export interface BusyCandidate extends Prediction {
  readonly candidate: Candidate;
}

const { eligible, cold, busy, backlogged, unplaceable, unmeasured, dominated } = verdictCodes;
const tooSlow = verdictCodes['too-slow'];
const tooLarge = verdictCodes['batch-too-large'];
const belowAccuracy = verdictCodes['below-accuracy'];
const aboveCost = verdictCodes['above-cost'];

/**
 * Selects a variant in O(candidates) without allocations except for the result. If the cheapest is preferred, candidates
 * that cost more than it are not examined once `trace` is full. Without `loads`, all warm candidates are idle.
 * Overwrites `trace`, if given, with the verdicts.
 */
export function selectVariant(
  target: TargetEntry,
  query: SelectionQuery,
  loads: CandidateLoads | undefined,
  params: SelectParams,
  trace?: DecisionTrace,
): Selection {
  if (trace !== undefined) clearTrace(trace);
  const { items, shapes, elapsedMs, now, objective, preference } = query;
  const { latencyMs, minAccuracy, maxCostPer1k } = objective;
  const { hopMs } = params;
  const columns = columnsOf(target);
  const { candidates, positions, fixed, maxBatchSize, cost, index: indexes, ceiling, batchMs, placeable } = columns;
  const { predictedMs } = columns;
  const ranked = createRanked(columns, query);
  const { accuracies } = ranked;
  let best = -1;
  let coldest = -1;
  let soonest = -1;
  let isBusy = false;
  let isBacklogged = false;
  let isUnplaceable = false;
  let row = 0;
  for (; row < candidates.length; row++) {
    if (best >= 0 && isDone(preference, columns, best, row, trace)) break;
    let code = fixed[row] ?? noVerdict;
    if (code === dominated && isNeededFor(minAccuracy, columns, accuracies, row)) code = noVerdict;
    if (code === noVerdict) {
      if (items > 1 && items > (maxBatchSize[row] ?? 0)) code = tooLarge;
      else if (minAccuracy !== undefined && !((accuracies[row] ?? NaN) >= minAccuracy))
        code = Number.isNaN(accuracies[row]) ? unmeasured : belowAccuracy;
      else if (maxCostPer1k !== undefined && !((cost[row] ?? NaN) <= maxCostPer1k))
        code = Number.isNaN(cost[row]) ? unmeasured : aboveCost;
    }
    if (code !== noVerdict && !recordsTimes(trace)) {
      countVerdict(trace, code);
      continue;
    }
    const idleMs = hopMs + p99Of(columns, row, items, shapes);
    if (idleMs > latencyMs && !recordsTimes(trace)) {
      countVerdict(trace, tooSlow);
      continue;
    }
    const most = ceiling[row] ?? 0;
    const load = loadFields * (indexes[row] ?? 0);
    const freeAt = loads === undefined ? now : (loads[load + loadField.freeAt] ?? Infinity);
    const isLoaded = most > 0 && freeAt < Infinity;
    const waitMs = isLoaded ? Math.max(0, freeAt - now) : 0;
    const aheadItems = loads === undefined ? 0 : (loads[load + loadField.aheadItems] ?? 0);
    const isIdle = waitMs === 0 && aheadItems === 0;
    let latency = elapsedMs + idleMs;
    if (!isLoaded) latency = idleMs > hopMs ? latency : Infinity;
    else if (loads !== undefined) {
      const joined = Math.min(most, aheadItems + items);
      const serviceMs = joined > items ? p99Of(columns, row, joined, shapes) : idleMs - hopMs;
      // Without a queue, the tail of the way counts. Otherwise the margin covers what queries spend more.
      const tailMs = loads[load + (isIdle ? loadField.hopTailMs : loadField.hopMs)] ?? 0;
      const overheadMs = Math.max(hopMs, tailMs) + (isIdle ? 0 : (loads[load + loadField.marginMs] ?? 0));
      latency = elapsedMs + overheadMs + waitMs + serviceMs * (loads[load + loadField.slow] ?? 1);
    }
    predictedMs[row] = latency;
    if (code === noVerdict) {
      // An idle replica gets the query if its profile meets the objective: rejecting the query would leave it idle.
      if (idleMs > latencyMs) code = tooSlow;
      else if (!isLoaded) code = placeable[row] === 1 ? cold : unplaceable;
      else if ((isIdle ? elapsedMs + idleMs : latency) > latencyMs) code = busy;
      else code = waitMs > maxWaitOf(query, batchMs[row] ?? 0, loads, load) ? backlogged : eligible;
    }
    if (trace !== undefined) recordVerdict(trace, ranked, query, row, code);
    if (code === eligible) {
      if (best < 0 || isBetter(ranked, query, row, best)) best = row;
    } else if (code === cold) {
      if (coldest < 0 || isBetter(ranked, query, row, coldest)) coldest = row;
    } else if (code === busy || code === backlogged) {
      isBusy ||= code === busy;
      isBacklogged ||= code === backlogged;
      if (soonest < 0 || latency < (predictedMs[soonest] ?? 0)) soonest = row;
    } else if (code === unplaceable) isUnplaceable = true;
  }
  if (trace !== undefined) finishTrace(trace, columns, row);
  const chosenOne = candidates[best];
  if (chosenOne !== undefined) {
    const prediction = predictionOf(query, columns, best, loads);
    return {
      kind: 'chosen',
      candidate: chosenOne,
      position: positions[best] ?? -1,
      slackMs: latencyMs - prediction.predictedMs,
      predictedMs: prediction.predictedMs,
      waitMs: prediction.waitMs,
      marginMs: prediction.marginMs,
      maxWaitMs: prediction.maxWaitMs,
      batchMs: prediction.batchMs,
      degraded: false,
      missed: undefined,
    };
  }
  const isWarm = isBusy || isBacklogged;
  const coldOne = candidates[coldest];
  const degraded = degrade(target, query, loads, params, isWarm ? undefined : coldOne);
  if (degraded !== undefined) return degraded;
  if (coldOne !== undefined && !isWarm) return { kind: 'cold', candidate: coldOne, position: positions[coldest] ?? -1 };
  if (isRuledOut(target)) return refused('ruled-out');
  const busyOne = candidates[soonest];
  if (busyOne !== undefined) {
    const reason = isBacklogged ? 'backlogged' : 'overloaded';
    return refused(reason, { candidate: busyOne, ...predictionOf(query, columns, soonest, loads) });
  }
  return refuse(target, query, params, isUnplaceable);
}

/**
 * Returns whether no row from `row` on can be better than the best one so far, and enough candidates are recorded. Rows
 * of the same cost differ in accuracy and in predicted latency.
 */
const isDone = (
  preference: Preference,
  { cost, accuracy }: TargetColumns,
  best: number,
  row: number,
  trace: DecisionTrace | undefined,
): boolean =>
  preference === 'cheapest' &&
  !recordsTimes(trace) &&
  ((cost[row] ?? NaN) > (cost[best] ?? NaN) || Number.isNaN(accuracy[row]) !== Number.isNaN(accuracy[best]));

/** Returns the maximum wait of a query at a candidate, whose numbers begin at `load`. */
function maxWaitOf(
  { maxWaitBatches, isPatient }: SelectionQuery,
  batchMs: number,
  loads: CandidateLoads | undefined,
  load: number,
): number {
  const shareMs = maxWaitBatches * batchMs;
  return isPatient || loads === undefined ? shareMs : Math.min(shareMs, loads[load + loadField.maxWaitMs] ?? Infinity);
}

/** Returns what was predicted for the candidate of a row. */
function predictionOf(
  query: SelectionQuery,
  { predictedMs, batchMs, index }: TargetColumns,
  row: number,
  loads: CandidateLoads | undefined,
): Prediction {
  const { now } = query;
  const load = loadFields * (index[row] ?? -1);
  const freeAt = loads?.[load + loadField.freeAt] ?? now;
  return {
    predictedMs: predictedMs[row] ?? Infinity,
    waitMs: Math.max(0, freeAt - now),
    maxWaitMs: maxWaitOf(query, batchMs[row] ?? 0, loads, load),
    batchMs: batchMs[row] ?? 0,
    marginMs: loads?.[load + loadField.marginMs] ?? 0,
  };
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
    ...query,
    objective: { ...objective, minAccuracy: undefined, degrade: 'forbid' },
    preference: 'most-accurate',
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
