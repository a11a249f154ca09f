// Whether the targets need another solution.

import { sameItems, type Milliseconds } from '@pareto/core';
import type { PlacementSnapshot, PlacementVariant } from '../../snapshot/snapshot.js';
import { stayingWorkers } from '../context/context.js';
import { groupKey } from '../context/apply-solution.js';
import { listHostKinds } from '../context/host-kinds.js';
import type { Solution } from '../../snapshot/solution.js';
import type { SolveParams } from './solve-params.js';

/** The last program that was stated. */
export interface LastProgram {
  readonly at: Milliseconds;
  /** Everything that it was stated for, apart from the demand. */
  readonly basis: readonly string[];
  readonly isSolved: boolean;
  /** Programs in a row without a solution, up to this one. */
  readonly failures: number;
}

/** Returns what a program depends on, apart from the demand: variants with their profiles and slowdowns, rules, prices, and the workers by kind. */
export const solveBasis = (snapshot: PlacementSnapshot): readonly string[] => {
  const { tasks, variants, served, rules, prices, workers, slowdowns } = snapshot;
  const objectives = tasks.map(({ name, defaultObjective }) => [name, defaultObjective]);
  return [
    ...variants.map(textOf),
    JSON.stringify([rules, prices, objectives, [...served], [...slowdowns]]),
    ...listHostKinds(workers, prices).map((kind) => `${kind.workers.length} x ${kind.key}`),
  ];
};

const texts = new WeakMap<PlacementVariant, string>();

/** Returns a text that differs if a program for the variant does. */
function textOf(one: PlacementVariant): string {
  const known = texts.get(one);
  if (known !== undefined) return known;
  const { variant, measurements, accuracyMarks, dominatedBy } = one;
  const { id, version, quarantineReason } = variant;
  const measured = measurements.map(({ hardwareClass, result }) => [hardwareClass, result]);
  const text = JSON.stringify([id, version, quarantineReason, measured, [...accuracyMarks], dominatedBy]);
  texts.set(one, text);
  return text;
}

/**
 * Returns whether a program should be stated: the demand has left the band of the solution, or something else has changed. Without
 * workers, or without demand so far, there is nothing to decide.
 */
export function isSolveDue(
  snapshot: PlacementSnapshot,
  last: LastProgram | undefined,
  solution: Solution | undefined,
  { least, reserve }: SolveParams,
): boolean {
  if (stayingWorkers(snapshot.workers).size === 0) return false;
  if (solution === undefined && snapshot.demand.length === 0) return false;
  if (last === undefined || !sameItems(last.basis, solveBasis(snapshot))) return true;
  if (solution === undefined) return true;
  const rates = new Map<string, number>();
  for (const demand of snapshot.demand) {
    const key = groupKey(demand);
    rates.set(key, (rates.get(key) ?? 0) + demand.itemsPerSecond);
  }
  for (const [key, rate] of rates) {
    const planned = solution.rates.get(key) ?? 0;
    if (rate > planned * (1 + 1e-9) || rate * (1 + reserve) < least * planned) return true;
  }
  for (const key of solution.rates.keys()) if (!rates.has(key)) return true;
  return false;
}
