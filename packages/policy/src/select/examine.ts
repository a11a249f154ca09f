// Examines the candidates of a target: applies the criteria to each, and notes the ones that stand out.

import { loadField, loadFields } from '../route/candidate-loads.js';
import { codeOfCost } from './criteria/above-cost.js';
import { backlogged, codeOfWait, maxWaitOf } from './criteria/backlogged.js';
import { codeOfBatch } from './criteria/batch-too-large.js';
import { codeOfAccuracy } from './criteria/below-accuracy.js';
import { busy, codeOfLatency } from './criteria/busy.js';
import { codeOfCold, cold } from './criteria/cold.js';
import { passes } from './criteria/criterion.js';
import { dominated, isNeededFor } from './criteria/dominated.js';
import { codeOfIdle } from './criteria/too-slow.js';
import { codeOfUnloaded, unplaceable } from './criteria/unplaceable.js';
import type { Examination } from './examination.js';
import { p99Of, predictLatency } from './predict-latency.js';
import { isBetter } from './rank.js';
import { countVerdict, recordsTimes, recordVerdict, type DecisionTrace } from './trace.js';

/**
 * Examines the rows from the first one on, until enough are recorded and none can be better than the best. Returns the number of those examined.
 * All properties are read here and passed to the criteria as numbers: criteria that read them take longer.
 */
export function examine(examined: Examination, trace: DecisionTrace | undefined): number {
  const { columns, accuracies, query, loads, hopMs, pauseShare } = examined;
  const { candidates, fixed, maxBatchSize, cost, placeable, index, ceiling, batchMs, predictedMs } = columns;
  const { items, shapes, objective, elapsedMs, now } = query;
  const { latencyMs, minAccuracy, maxCostPer1k } = objective;
  for (let row = 0; row < candidates.length; row++) {
    const isRecorded = recordsTimes(trace);
    if (!isRecorded && isDone(examined, row)) return row;
    let code = fixed[row] ?? passes;
    if (code === dominated.code && isNeededFor(minAccuracy, columns, accuracies, row)) code = passes;
    if (code === passes)
      code =
        codeOfBatch(items, maxBatchSize[row] ?? 0) ||
        codeOfAccuracy(accuracies[row] ?? NaN, minAccuracy) ||
        codeOfCost(cost[row] ?? NaN, maxCostPer1k);
    let idleMs = NaN;
    if (code === passes || isRecorded) {
      idleMs = hopMs + p99Of(columns, row, items, shapes);
      code ||= codeOfIdle(idleMs, latencyMs);
    }
    if (code !== passes && !isRecorded) {
      countVerdict(trace, code);
      continue;
    }
    const most = ceiling[row] ?? 0;
    const load = loadFields * (index[row] ?? 0);
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
      latency = elapsedMs + predictLatency(loads, load, hopMs, waitMs, serviceMs, isIdle, latencyMs, pauseShare);
    }
    predictedMs[row] = latency;
    // An idle replica gets the query if its profile meets the objective: rejecting the query would leave it idle.
    if (code === passes)
      code =
        codeOfCold(isLoaded, placeable[row] ?? 0) ||
        codeOfUnloaded(isLoaded) ||
        codeOfLatency(isIdle ? elapsedMs + idleMs : latency, latencyMs) ||
        codeOfWait(waitMs, maxWaitOf(query, candidates[row], batchMs[row] ?? 0, loads, load));
    if (trace !== undefined) recordVerdict(trace, examined, row, code);
    note(examined, row, code);
  }
  return candidates.length;
}

/** Updates the rows that stand out. */
function note(examined: Examination, row: number, code: number): void {
  if (code === passes) {
    if (examined.best < 0 || isBetter(examined, row, examined.best)) examined.best = row;
  } else if (code === cold.code) {
    if (examined.coldest < 0 || isBetter(examined, row, examined.coldest)) examined.coldest = row;
  } else if (code === busy.code || code === backlogged.code) {
    if (code === busy.code) examined.isBusy = true;
    else examined.isBacklogged = true;
    const { predictedMs } = examined.columns;
    if (examined.soonest < 0 || (predictedMs[row] ?? 0) < (predictedMs[examined.soonest] ?? 0)) examined.soonest = row;
  } else if (code === unplaceable.code) examined.isUnplaceable = true;
}

/**
 * Returns whether no row from `row` on can be better than the best one so far. Rows of the same cost differ in accuracy and
 * in predicted latency.
 */
const isDone = ({ columns: { cost, accuracy }, query, best }: Examination, row: number): boolean =>
  best >= 0 &&
  query.objective.prefer === 'cost' &&
  ((cost[row] ?? NaN) > (cost[best] ?? NaN) || Number.isNaN(accuracy[row]) !== Number.isNaN(accuracy[best]));
