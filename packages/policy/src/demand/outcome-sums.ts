// The outcomes of the queries of each target, summed over reports.

import { addTo, type LatencyCounts, type VariantId } from '@pareto/core';
import type { DemandEntry } from './demand-report.js';

export interface TargetOutcomes {
  /** Number of answered, refused and failed queries. */
  readonly queries: number;
  readonly failed: number;
  readonly refused: number;
  /** Number of refused queries that no variant can meet. */
  readonly infeasible: number;
  /** Number of queries that were answered within their objective. */
  readonly attained: number;
  readonly latencyCounts: LatencyCounts;
  readonly itemsByVariant: ReadonlyMap<VariantId, number>;
}

interface OutcomeCounts extends TargetOutcomes {
  queries: number;
  failed: number;
  refused: number;
  infeasible: number;
  attained: number;
  readonly latencyCounts: Map<number, number>;
  readonly itemsByVariant: Map<VariantId, number>;
}

/** Outcomes by target. */
export type OutcomeSums = Map<string, OutcomeCounts>;

/** Adds `share` of the counts of an entry. */
export function addOutcomes(sums: OutcomeSums, entry: DemandEntry, share: number): void {
  const { target, requests, refused, infeasible, violations, failed, latencyCounts, itemsByVariant } = entry;
  const attained = requests - refused - violations;
  const counts = { queries: requests + failed, failed, refused, infeasible, attained };
  addCounts(countsOf(sums, target), { ...counts, latencyCounts, itemsByVariant }, share);
}

/** Returns the total outcomes by target. */
export function totalOutcomes(parts: Iterable<OutcomeSums>): ReadonlyMap<string, TargetOutcomes> {
  const totals: OutcomeSums = new Map();
  for (const part of parts) for (const [target, counts] of part) addCounts(countsOf(totals, target), counts, 1);
  return totals;
}

/** The queries of a target, and those of them that were refused although a variant can meet their objective. */
export interface TargetRefusals {
  readonly queries: number;
  readonly refused: number;
}

/** Returns the total refusals by target. Takes a small part of the time of `totalOutcomes`. */
export const totalRefusals = (parts: Iterable<OutcomeSums>): ReadonlyMap<string, TargetRefusals> =>
  sumRefusals(
    [...parts].flatMap((part) =>
      Array.from(part, ([target, { queries, refused, infeasible }]) => {
        return [target, { queries, refused: Math.max(0, refused - infeasible) }] as const;
      }),
    ),
    (target) => target,
  );

/** Returns the sums of refusals by the group of their target. Leaves out targets without a group. */
export function sumRefusals(
  refusals: Iterable<readonly [target: string, TargetRefusals]>,
  groupOf: (target: string) => string | undefined,
): ReadonlyMap<string, TargetRefusals> {
  const sums = new Map<string, { queries: number; refused: number }>();
  for (const [target, { queries, refused }] of refusals) {
    const group = groupOf(target);
    if (group === undefined) continue;
    const sum = sums.get(group) ?? { queries: 0, refused: 0 };
    sum.queries += queries;
    sum.refused += refused;
    sums.set(group, sum);
  }
  return sums;
}

/** Returns the sum of outcomes. */
export function sumOutcomes(all: Iterable<TargetOutcomes>): TargetOutcomes {
  const sum = noOutcomes();
  for (const each of all) addCounts(sum, each, 1);
  return sum;
}

function countsOf(sums: OutcomeSums, target: string): OutcomeCounts {
  const known = sums.get(target);
  if (known !== undefined) return known;
  const created = noOutcomes();
  sums.set(target, created);
  return created;
}

const noOutcomes = (): OutcomeCounts => ({
  ...{ queries: 0, failed: 0, refused: 0, infeasible: 0, attained: 0 },
  ...{ latencyCounts: new Map(), itemsByVariant: new Map() },
});

function addCounts(sum: OutcomeCounts, each: TargetOutcomes, share: number): void {
  sum.queries += each.queries * share;
  sum.failed += each.failed * share;
  sum.refused += each.refused * share;
  sum.infeasible += each.infeasible * share;
  sum.attained += each.attained * share;
  for (const [bucket, count] of each.latencyCounts) addTo(sum.latencyCounts, bucket, count * share);
  for (const [variant, items] of each.itemsByVariant) addTo(sum.itemsByVariant, variant, items * share);
}
