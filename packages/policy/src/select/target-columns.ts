// Builds the columns of a target.

import { oncePer, type Candidate, type Exclusion, type TargetEntry } from '@pareto/core';
import { rankOrder } from '../compare/rank-accuracies.js';
import { p50At, p99At } from '../cost/profile-at.js';
import type { TargetColumns } from './columns.js';
import { passes } from './criteria/criterion.js';
import { criteria } from './criteria.js';
import { compareCosts, compareGroups } from './order.js';

/** Returns the columns of a target. Builds them once per entry. */
export const columnsOf: (target: TargetEntry) => TargetColumns = oncePer(build);

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
      return criteria.find(({ excludes }) => excludes?.(candidate, exclusion))?.code ?? passes;
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
