// The entries of a report of demand: bounded in number, shared fairly by the targets, and with exact totals.

import { addTo, groupBy } from '@pareto/core';
import type { DemandEntry } from './demand-report.js';
import { strictestOf } from './objective-class.js';

export interface DemandReportParams {
  readonly maxEntries: number;
}

export const defaultDemandReportParams: DemandReportParams = { maxEntries: 256 };

/**
 * Returns at most `maxEntries` entries, or one per target if there are more targets than that. The largest come first.
 * Where a target has more entries than its fair share, its smallest are merged.
 */
export function planDemandReport(
  entries: readonly DemandEntry[],
  { maxEntries }: DemandReportParams,
): readonly DemandEntry[] {
  const ascending = [...groupBy(entries, ({ tenant, target }) => `${tenant} ${target}`).values()].toSorted(
    (a, b) => a.length - b.length,
  );
  let free = maxEntries;
  const reduced = ascending.flatMap((ofTarget, index) => {
    const share = Math.max(1, Math.min(ofTarget.length, Math.floor(free / (ascending.length - index))));
    free -= share;
    return mergeSmallest(ofTarget, share);
  });
  return reduced.toSorted(largestFirst);
}

const largestFirst = (a: DemandEntry, b: DemandEntry): number =>
  b.held.size - a.held.size || b.offeredItems - a.offeredItems || b.requests - a.requests;

/** Returns `count` entries: the largest, and the rest merged into one. */
function mergeSmallest(entries: readonly DemandEntry[], count: number): readonly DemandEntry[] {
  if (entries.length <= count) return entries;
  const sorted = entries.toSorted(largestFirst);
  return [...sorted.slice(0, count - 1), merge(sorted.slice(count - 1))];
}

function merge(entries: readonly DemandEntry[]): DemandEntry {
  const sum = (count: (entry: DemandEntry) => number): number => entries.reduce((all, entry) => all + count(entry), 0);
  return {
    tenant: entries[0]?.tenant ?? '',
    target: entries[0]?.target ?? '',
    objective: entries.map(({ objective }) => objective).reduce(strictestOf),
    offeredItems: sum(({ offeredItems }) => offeredItems),
    requests: sum(({ requests }) => requests),
    items: sum(({ items }) => items),
    refused: sum(({ refused }) => refused),
    infeasible: sum(({ infeasible }) => infeasible),
    violations: sum(({ violations }) => violations),
    failed: sum(({ failed }) => failed),
    held: addUp(entries.map(({ held }) => held)),
    itemsByVariant: addUp(entries.map(({ itemsByVariant }) => itemsByVariant)),
    latencyCounts: addUp(entries.map(({ latencyCounts }) => latencyCounts)),
  };
}

function addUp<K>(maps: readonly ReadonlyMap<K, number>[]): ReadonlyMap<K, number> {
  const sums = new Map<K, number>();
  for (const counts of maps) for (const [key, count] of counts) addTo(sums, key, count);
  return sums;
}
