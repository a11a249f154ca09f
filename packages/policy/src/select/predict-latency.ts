// Predicts the latency of candidates from their profiles and loads.

import type { Candidate, Shapes } from '@pareto/core';
import { pointsFor } from '../buckets/points-for.js';
import { p99At } from '../cost/profile-at.js';
import { loadField, loadFields, wayMsOf, type CandidateLoads } from '../route/candidate-loads.js';
import type { TargetColumns } from './columns.js';
import { maxWaitOf } from './criteria/backlogged.js';
import type { Examination } from './examination.js';
import type { SelectionQuery } from './selection-query.js';

/** A predicted latency and its parts. */
export interface Prediction {
  /** Predicted latency from the receipt of the headers. */
  readonly predictedMs: number;
  /** Time by which few answers come later than predicted. Negative if predictions are too long. */
  readonly marginMs: number;
  /** Part of the prediction until the batch starts. */
  readonly waitMs: number;
  /** Maximum of that part, because the queue may not get longer. Infinity if there is none. */
  readonly maxWaitMs: number;
  /** Expected time of a batch at the ceiling. */
  readonly batchMs: number;
}

/**
 * Returns the predicted latency of a query from now on at a candidate whose numbers begin at `load`: the way, the time until
 * the batch starts, and the service of the batch that the query would join.
 */
export const predictLatency = (
  loads: CandidateLoads,
  load: number,
  hopMs: number,
  waitMs: number,
  serviceMs: number,
  isIdle: boolean,
  latencyMs: number,
  pauseShare: number,
): number =>
  Math.max(
    hopMs,
    wayMsOf(loads[load + loadField.hopMs] ?? 0, loads[load + loadField.hopTailMs] ?? 0, latencyMs, pauseShare),
  ) +
  waitMs +
  (isIdle ? 0 : (loads[load + loadField.reserveMs] ?? 0)) +
  serviceMs * (loads[load + loadField.service] ?? 1);

/** Returns what was predicted for the candidate of a row. */
export function predictionOf({ columns, loads, query }: Examination, row: number): Prediction {
  const load = loadFields * (columns.index[row] ?? -1);
  const freeAt = loads?.[load + loadField.freeAt] ?? query.now;
  return {
    predictedMs: columns.predictedMs[row] ?? Infinity,
    marginMs: loads?.[load + loadField.marginMs] ?? 0,
    waitMs: Math.max(0, freeAt - query.now),
    maxWaitMs: maxWaitOf(query, columns.candidates[row], columns.batchMs[row] ?? 0, loads, load),
    batchMs: columns.batchMs[row] ?? 0,
  };
}

/** Returns the latency with an empty queue: p99 of the query's own batch plus the hop. */
export const idleAt = (
  columns: TargetColumns,
  row: number,
  { items, shapes }: Pick<SelectionQuery, 'items' | 'shapes'>,
  hopMs: number,
): number => hopMs + p99Of(columns, row, items, shapes);

/** Number of powers of two with a column: up to 64 items. */
const powers = 6;

/**
 * Returns the profiled p99 of a batch of inputs of these shapes, of the next power of two for up to 64 items: few numbers stay in the processor's
 * cache. 0 if there is no profile.
 */
export function p99Of(columns: TargetColumns, row: number, items: number, shapes: Shapes | undefined): number {
  const bucketed = shapes === undefined ? undefined : columns.candidates[row]?.profile;
  if (bucketed?.buckets !== undefined) return p99At({ points: pointsFor(bucketed, shapes) }, items);
  if (items <= 1) return columns.p99OfOne[row] ?? 0;
  const power = 32 - Math.clz32(items - 1);
  if (power <= powers) {
    columns.p99OfPowers ??= powersOf(columns.candidates);
    return columns.p99OfPowers[powers * row + power - 1] ?? 0;
  }
  const profile = columns.candidates[row]?.profile;
  return profile === undefined ? 0 : p99At(profile, items);
}

function powersOf(candidates: readonly Candidate[]): Float32Array {
  const times = new Float32Array(powers * candidates.length);
  for (const [row, { profile }] of candidates.entries()) {
    if (profile === undefined) continue;
    for (let power = 1; power <= powers; power++) times[powers * row + power - 1] = p99At(profile, 2 ** power);
  }
  return times;
}
