// Whether the targets need another solution.

import { oncePer, sameItems, type Milliseconds } from '@pareto/core';
import type { PlacementParams, PlacementSnapshot, PlacementVariant } from '../../snapshot/snapshot.js';
import { stayingWorkers } from '../context/context.js';
import { ratesOf } from '../context/apply-solution.js';
import { listHostKinds } from '../context/host-kinds.js';
import type { Solution } from '../../snapshot/solution.js';
import type { SolveParams } from './solve-params.js';

/** The last program that was stated. */
export interface LastProgram {
  readonly at: Milliseconds;
  /** Everything that it was stated for, apart from the demand: that of `solveBasis`. */
  readonly basis: readonly string[];
  /** Set if the solution before was still in force, and only old. */
  readonly isRefreshed: boolean;
  readonly isSolved: boolean;
  /** Programs in a row without a solution, up to this one. */
  readonly failures: number;
}

/**
 * Returns what a program depends on, apart from the demand: variants with their profiles and slowdowns, rules, prices, idle tasks, and the
 * workers by kind.
 */
export const solveBasis = (
  snapshot: PlacementSnapshot,
  { idleMs }: Pick<PlacementParams, 'idleMs'>,
): readonly string[] => {
  const { tasks, variants, served, rules, prices, workers, slowdowns, warmthRules, idleSince, now } = snapshot;
  const idle = [...(idleSince ?? [])].flatMap(([task, since]) => (now >= since + idleMs ? [task] : []));
  const objectives = tasks.map(({ name, defaultObjective }) => [name, defaultObjective]);
  return [
    ...variants.map(textOf),
    JSON.stringify([rules, warmthRules, prices, objectives, idle, [...served], [...slowdowns]]),
    ...listHostKinds(workers, prices).map((kind) => `${kind.workers.length} x ${kind.key}`),
  ];
};

/** Returns a text that differs if a program for the variant does. */
const textOf = oncePer(({ variant, measurements, accuracyMarks, dominatedBy }: PlacementVariant): string => {
  const { id, version, quarantineReason } = variant;
  const measured = measurements.map(({ hardwareClass, result }) => [hardwareClass, result]);
  return JSON.stringify([id, version, quarantineReason, measured, [...accuracyMarks], dominatedBy]);
});

/** Returns whether a solution still fits: the demand is in its band, and nothing else has changed since. */
export function isInForce(
  snapshot: PlacementSnapshot,
  solution: Solution,
  basis: readonly string[],
  { least, reserve, idleMs }: SolveParams & Pick<PlacementParams, 'idleMs'>,
): boolean {
  if (!sameItems(basis, solveBasis(snapshot, { idleMs }))) return false;
  const rates = ratesOf(snapshot.demand);
  for (const [key, rate] of rates) {
    const planned = solution.rates.get(key) ?? 0;
    if (rate > planned * (1 + 1e-9) || rate * (1 + reserve) < least * planned) return false;
  }
  return [...solution.rates.keys()].every((key) => rates.has(key));
}

/**
 * Returns the time from which a program should be stated: now or before if the solution is no longer in force, and half of the maximum
 * age after it otherwise. Infinite without workers, or without demand so far: there is nothing to decide.
 */
export function solveDueAt(
  { workers, demand }: PlacementSnapshot,
  solution: Solution | undefined,
  isCurrent: boolean,
  { maxAgeMs }: SolveParams,
): number {
  if (stayingWorkers(workers).size === 0) return Infinity;
  if (solution !== undefined && isCurrent) return demand.length === 0 ? Infinity : solution.at + maxAgeMs / 2;
  return solution === undefined && demand.length === 0 ? Infinity : -Infinity;
}
