// The properties of a target's candidates that selection compares, in arrays with one row for each candidate. The rows
// are in the order in which selection prefers cheap candidates, so that the first eligible row usually is the best.

import type { Candidate, Exclusion, Shapes, TargetEntry } from '@pareto/core';
import { pointsFor } from '../buckets/points-for.js';
import { rankOrder } from '../compare/rank-accuracies.js';
import { p50At, p99At } from '../cost/profile-at.js';
import { compareCosts, compareGroups } from './order.js';
import { verdictCodes, type SelectionQuery, type SelectParams } from './verdict.js';

export interface TargetColumns {
  /** Candidate of each row. */
  readonly candidates: readonly Candidate[];
  /** Index of each row's candidate in the target's list. */
  readonly positions: Int32Array;
  /** `Candidate.index` of each. */
  readonly index: Int32Array;
  /** Code of a verdict that does not depend on the query, or `noVerdict`. */
  readonly fixed: Uint8Array;
  /** NaN if not measured. */
  readonly accuracy: Float64Array;
  /** NaN if not measured. */
  readonly lower95: Float64Array;
  /**
   * Order by accuracy, ascending, from `rankOrder`: older controllers send no ranks. NaN if not measured.
   */
  readonly rank: Float64Array;
  /** Row of the most accurate candidate that replaces a dominated one. -1 if there is none. */
  readonly dominator: Int32Array;
  /** USD per 1,000 answers. NaN if not measured. */
  readonly cost: Float64Array;
  readonly maxBatchSize: Int32Array;
  /** Batch ceiling of the replicas. 0 if there are none. */
  readonly ceiling: Int32Array;
  /** Expected time of a batch at the ceiling. 0 if not profiled. */
  readonly batchMs: Float64Array;
  /** 1 if the candidate has a profile. */
  readonly profiled: Uint8Array;
  /** 1 if a worker could load the candidate. */
  readonly placeable: Uint8Array;
  /** Profiled p99 of one item. 0 if not profiled. */
  readonly p99OfOne: Float64Array;
  /** Profiled p99 of 2, 4, 8, 16, 32 and 64 items, from `powers * row`. Undefined until it is needed. */
  p99OfPowers: Float32Array | undefined;
  /**
   * Latencies that the current decision predicts; of a cold candidate, once it is loaded. Infinity if it was never
   * measured. Decisions are synchronous, so each may overwrite them.
   */
  readonly predictedMs: Float64Array;
}

/** Number of powers of two with a column: up to 64 items. */
const powers = 6;

export const noVerdict = 255;

const known = new WeakMap<TargetEntry, TargetColumns>();

/** Returns the columns of a target. Builds them once per entry. */
export function columnsOf(target: TargetEntry): TargetColumns {
  const before = known.get(target);
  if (before !== undefined) return before;
  const columns = build(target);
  known.set(target, columns);
  return columns;
}

function build({ kind, candidates: listed, exclusions }: TargetEntry): TargetColumns {
  const rows = Array.from(listed, (candidate, position) => ({ candidate, position })).sort(
    (a, b) => compareGroups(a.candidate, b.candidate) || compareCosts(a.candidate, b.candidate),
  );
  const candidates = rows.map(({ candidate }) => candidate);
  const positions = Int32Array.from(rows, ({ position }) => position);
  const ints = (of: (candidate: Candidate) => number): Int32Array => Int32Array.from(candidates, of);
  const floats = (of: (candidate: Candidate) => number | undefined): Float64Array =>
    Float64Array.from(candidates, (candidate) => of(candidate) ?? NaN);
  const exclusionOf = (row: number): Exclusion | undefined => exclusions?.[positions[row] ?? -1];
  return {
    candidates,
    positions,
    index: ints(({ index }) => index),
    fixed: Uint8Array.from(candidates, (candidate, row) => {
      const exclusion = exclusionOf(row);
      if (exclusion !== undefined) return verdictCodes[exclusion];
      if (candidate.quarantineReason !== undefined) return verdictCodes.quarantined;
      return candidate.measurementError === undefined ? noVerdict : verdictCodes.unmeasurable;
    }),
    accuracy: floats(({ accuracy }) => accuracy?.value),
    lower95: floats(({ accuracy }) => accuracy?.lower95),
    rank: floats(({ accuracy, accuracyRank, accuracyRankWithin }) =>
      accuracy === undefined ? undefined : rankOrder(kind === 'task' ? accuracyRank : accuracyRankWithin, accuracy),
    ),
    dominator: dominatorsOf(candidates, exclusionOf),
    cost: floats(({ costPer1k }) => costPer1k),
    maxBatchSize: ints(({ maxBatchSize }) => maxBatchSize),
    ceiling: ints(({ replicas: [first] }) => first?.batchCeiling ?? 0),
    batchMs: floats(({ profile, replicas: [first] }) => (profile && first ? p50At(profile, first.batchCeiling) : 0)),
    profiled: Uint8Array.from(candidates, ({ profile }) => (profile === undefined ? 0 : 1)),
    placeable: Uint8Array.from(candidates, ({ placeable }) => (placeable ? 1 : 0)),
    p99OfOne: floats(({ profile }) => (profile === undefined ? 0 : p99At(profile, 1))),
    p99OfPowers: undefined,
    predictedMs: new Float64Array(candidates.length),
  };
}

/**
 * Returns the row of each excluded candidate's dominator or, if the target does not have it, of a kept candidate of the
 * same architecture.
 */
function dominatorsOf(
  candidates: readonly Candidate[],
  exclusionOf: (row: number) => Exclusion | undefined,
): Int32Array {
  const dominators = new Int32Array(candidates.length).fill(-1);
  const best = new Map<string, number>();
  const valueOf = (row: number): number => candidates[row]?.accuracy?.value ?? -1;
  const offer = (name: string, row: number): unknown =>
    valueOf(row) > valueOf(best.get(name) ?? -1) ? best.set(name, row) : undefined;
  const isDominated = (row: number): boolean => exclusionOf(row) === 'dominated';
  for (const [row, { variant, architecture }] of candidates.entries()) {
    if (exclusionOf(row) !== undefined) continue;
    offer(variant, row);
    offer(architecture, row);
  }
  for (const [row, { dominatedBy = '', architecture }] of candidates.entries()) {
    if (isDominated(row)) dominators[row] = best.get(dominatedBy) ?? best.get(architecture) ?? -1;
  }
  return dominators;
}

function powersOf(candidates: readonly Candidate[]): Float32Array {
  const times = new Float32Array(powers * candidates.length);
  for (const [row, { profile }] of candidates.entries()) {
    if (profile === undefined) continue;
    for (let power = 1; power <= powers; power++) times[powers * row + power - 1] = p99At(profile, 2 ** power);
  }
  return times;
}

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

/**
 * Returns whether a dominated candidate answers nevertheless: it meets the floor, and what dominates it, equal in accuracy
 * within the margin, does not, because a floor is compared with the estimate.
 */
export const isNeededFor = (
  minAccuracy: number | undefined,
  { dominator }: TargetColumns,
  accuracies: Float64Array,
  row: number,
): boolean =>
  minAccuracy !== undefined &&
  (accuracies[row] ?? NaN) >= minAccuracy &&
  (accuracies[dominator[row] ?? -1] ?? Infinity) < minAccuracy;

/** Returns the latency with an empty queue: p99 of the query's own batch plus the hop. */
export const idleAt = (
  columns: TargetColumns,
  row: number,
  { items, shapes }: Pick<SelectionQuery, 'items' | 'shapes'>,
  { hopMs }: SelectParams,
): number => hopMs + p99Of(columns, row, items, shapes);
