// Counts the demand of one reporting window by target and class of objectives.

import type { VariantId } from '@pareto/core';
import { defaultDemandReportParams, planDemandReport, strictestOf, type DemandEntry } from '@pareto/policy';
import { objectiveToWire, type wire } from '@pareto/protocol';
import type { ResolvedQuery } from '../resolve/resolve.js';

/** An entry whose counts change. */
type Entry = { -readonly [K in keyof DemandEntry]: DemandEntry[K] } & {
  readonly held: Map<VariantId, number>;
  readonly itemsByVariant: Map<VariantId, number>;
  readonly latencyCounts: Map<number, number>;
};

export interface Entries {
  /** Returns the entry of the query's target and class of objectives. */
  entryOf(resolved: ResolvedQuery): Entry;
  /** Counts one more query that was answered or refused, and returns its entry. */
  count(resolved: ResolvedQuery): Entry;
  /** Returns the entries to report, as `planDemandReport` bounds them. */
  report(): wire.DemandEntryInput[];
  /** Starts a new window. Held queries stay counted. */
  startWindow(): void;
}

/**
 * Maximum numbers of classes per window, of all targets together and of each. Queries of further classes are counted in
 * one entry per target.
 */
const limits = { all: 4_096, perTarget: 64 } as const;
const otherClasses = '';

export function createEntries(): Entries {
  let byTarget = new Map<string, Map<string, Entry>>();
  let size = 0;

  function entryOf({ entry: { name }, objective, objectiveClass }: ResolvedQuery): Entry {
    const classes = byTarget.get(name) ?? new Map<string, Entry>();
    if (classes.size === 0) byTarget.set(name, classes);
    const known = classes.get(objectiveClass);
    if (known !== undefined) return withObjective(known, objective);
    const isRest = size >= limits.all || classes.size >= limits.perTarget;
    const key = isRest ? otherClasses : objectiveClass;
    const found = classes.get(key);
    if (found !== undefined) return withObjective(found, objective);
    const created = createEntry(name, objective);
    classes.set(key, created);
    size += 1;
    return created;
  }
  const all = (): Entry[] => [...byTarget.values()].flatMap((classes) => [...classes.values()]);

  return {
    entryOf,
    count(resolved) {
      const entry = entryOf(resolved);
      entry.requests += 1;
      entry.items += resolved.items;
      return entry;
    },
    report: () => planDemandReport(all(), defaultDemandReportParams).flatMap(toWire),
    startWindow() {
      const before = byTarget;
      byTarget = new Map();
      size = 0;
      for (const [target, classes] of before) {
        const held = [...classes].filter(([, entry]) => entry.held.size > 0);
        if (held.length > 0) byTarget.set(target, new Map(held.map(([key, entry]) => [key, withoutCounts(entry)])));
        size += held.length;
      }
    },
  };
}

function withObjective(entry: Entry, objective: DemandEntry['objective']): Entry {
  entry.objective = strictestOf(entry.objective, objective);
  return entry;
}

function createEntry(target: string, objective: DemandEntry['objective'], held = new Map<VariantId, number>()): Entry {
  const counts = { offeredItems: 0, requests: 0, items: 0, refused: 0, infeasible: 0, violations: 0, failed: 0 };
  return { tenant: 'default', target, objective, ...counts, held, itemsByVariant: new Map(), latencyCounts: new Map() };
}

const withoutCounts = ({ target, objective, held }: Entry): Entry => createEntry(target, objective, held);

export function add<Key>(counts: Map<Key, number>, key: Key, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

/** Returns one message, plus one for each further variant for which queries of the entry are held. */
function toWire(entry: DemandEntry): wire.DemandEntryInput[] {
  const { tenant, target, offeredItems, requests, items, refused, infeasible, violations, failed } = entry;
  const [first, ...others] = [...entry.held].map(([heldVariant, held]) => ({ heldVariant, held }));
  const base = { tenant, target, objective: objectiveToWire(entry.objective) };
  const itemsByVariant = Object.fromEntries(entry.itemsByVariant);
  const latencyCounts = Object.fromEntries(entry.latencyCounts);
  const counts = {
    offeredItems,
    requests,
    items,
    refused,
    infeasible,
    violations,
    failed,
    itemsByVariant,
    latencyCounts,
  };
  return [{ ...base, ...counts, ...first }, ...others.map((held) => ({ ...base, ...held }))];
}
